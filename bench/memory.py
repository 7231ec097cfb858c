"""Peak memory of the web process and the worker over a long clip.

    python bench/memory.py CLIP [AT_FRAME]

Prints the peak resident size up to frame AT_FRAME (1000) and over the whole, and their ratio.
Linux only: it reads /proc.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from stack import Stack, stack

_MIB = 2**20


def resident(pid: int) -> int:
    """Bytes of a process, 0 when it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return pages * 4096


def family(pid: int) -> dict[int, str]:
    """The command lines of all processes below `pid`."""
    parents, lines = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            lines[int(stat.parent.name)] = (stat.parent / "cmdline").read_text().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
    below, found = {pid}, {}
    while new := {child for child, parent in parents.items() if parent in below} - set(found):
        found |= {child: lines[child] for child in new}
        below |= new
    return found


def sizes(product: Stack) -> dict[str, int]:
    """Resident bytes by role."""
    total = {"web": 0, "worker": 0}
    for pid, line in family(product.pid).items():
        if "gunicorn" in line:
            total["web"] += resident(pid)
        elif "worker --queues track" in line:
            total["worker"] += resident(pid)
    return total


def main() -> None:
    path, mark = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    early, peak = {"web": 0, "worker": 0}, {"web": 0, "worker": 0}
    with stack() as product:
        video_id, _ = product.upload(path)
        started = time.monotonic()
        while True:
            status = product.get(f"/api/videos/{video_id}/status")
            peak = {role: max(peak[role], size) for role, size in sizes(product).items()}
            if status["frames_done"] <= mark:
                early = dict(peak)
            if status["status"] in ("completed", "failed"):
                break
            time.sleep(0.2)
    seconds, done = time.monotonic() - started, status["frames_done"]
    print(f"{status['status']}: {done} frames in {seconds:.1f} s ({done / seconds:.1f} a second)")
    print(f"{'':<8} {'at ' + str(mark):>12} {'whole':>12} {'ratio':>8}")
    for role in peak:
        ratio = peak[role] / early[role]
        print(
            f"{role:<8} {early[role] / _MIB:>8.0f} MiB {peak[role] / _MIB:>8.0f} MiB {ratio:>8.2f}"
        )


if __name__ == "__main__":
    main()
