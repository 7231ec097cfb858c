"""What a second worker of the service profile gains: for many clips, and for one long one.

    python bench/workers.py [--jobs N] [--frames N]

Clips of ten seconds stand beside `sammot track`; the long one, cut into two spans for two workers,
stands beside one worker that has one core, as each of the two has, and beside one that has all.
Linux only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sammot import scenes, video
from serving import row, service
from stack import Stack


def alone(clip: Path, folder: Path) -> float:
    """How many such clips `sammot track` does in an hour, one after the other."""
    words = ["track", str(clip), "--format", "json", "--output", str(folder), "--no-progress"]
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "sammot", *words], check=True, capture_output=True)
    return 3600 / (time.monotonic() - began)


def others(clip: Path, count: int) -> list[Path]:
    """The same clip in other bytes each, because the same bytes would be the same video."""
    paths = [clip.with_name(f"{clip.stem}-{number}.mp4") for number in range(count)]
    for number, path in enumerate(paths):
        box = (12).to_bytes(4, "big") + b"free" + number.to_bytes(4, "big")
        path.write_bytes(clip.read_bytes() + box)
    return paths


def seconds(product: Stack, clips: list[Path]) -> float:
    """From the first frame of the first to the last of all."""
    jobs = [
        product.get(f"/api/jobs/{product.get(f'/api/videos/{one}')['job_id']}")
        for one in product.track(*clips)
    ]
    began = min(datetime.fromisoformat(job["started_at"]) for job in jobs)
    ended = max(datetime.fromisoformat(job["finished_at"]) for job in jobs)
    return (ended - began).total_seconds()


def measure(job_count: int, frame_count: int, folder: Path) -> None:
    clip, long = folder / "clip.mp4", folder / "long.mp4"
    for path, count in ((clip, None), (long, frame_count)):
        scene = scenes.make("demonstration", width=640, height=360, frame_count=count)
        video.write(path, scene.frames(), scene.fps)
    clips, (first, second) = others(clip, job_count), others(long, 2)
    row("", "ours", "beside")
    peer = f"`sammot track` {alone(clip, folder):.0f}"
    with service(folder, workers=1) as (product, _):
        one = seconds(product, clips)
        row("jobs an hour, 1 worker", f"{job_count * 3600 / one:.0f}", peer)
        whole = seconds(product, [first])
        product.hold_workers({0})
        held = seconds(product, [second])
    with service(folder, workers=2, SAMMOT_SPAN_FRAMES=str(frame_count // 2)) as (product, _):
        two = seconds(product, clips)
        rate = f"{job_count * 3600 / two:.0f}, {one / two:.2f} times as many"
        row("jobs an hour, 2 workers", rate, peer)
        cut = seconds(product, [first])
    row(f"one clip of {frame_count:,} frames, two spans, 2 workers", f"{cut:.0f} s", "")
    for by, took in (("that has one core", held), ("that has all cores", whole)):
        row(f"  beside one worker {by}", f"{took / cut:.2f} times as fast", f"{took:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=6, help="clips of ten seconds")
    parser.add_argument("--frames", type=int, default=24_000, help="of the long clip")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        measure(options.jobs, options.frames, Path(folder))
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
