"""How long after the last byte of an upload the first masks can be fetched.

python bench/first_overlay.py CLIP...
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from stack import stack


def main() -> None:
    print(f"{'clip':<24} {'first masks':>12} {'all frames':>12} {'frames':>8}")
    with stack() as product:
        for path in map(Path, sys.argv[1:]):
            video_id, sent_at = product.upload(path)
            first = None
            while True:
                status = product.get(f"/api/videos/{video_id}/status")
                if first is None and status["frames_ready"]:
                    product.get(f"/api/jobs/{status['job_id']}/chunks/0")
                    first = time.monotonic() - sent_at
                if status["status"] in ("completed", "failed"):
                    break
                time.sleep(0.02)
            total = time.monotonic() - sent_at
            name, count = path.parent.name, status["frames_done"]
            print(f"{name:<24} {first or float('nan'):>10.2f} s {total:>10.2f} s {count:>8}")


if __name__ == "__main__":
    main()
