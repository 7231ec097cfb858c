"""How fast a video becomes stored masks, and where the time goes.

    python bench/speed.py [CLIP ...] [--preset NAME] [--threads N] [--peers]

Without clips: the demonstration, 1280x720 at 30 frames a second. The worker itself runs, over a
database and files of its own in a temporary folder. Its stages are measured in one thread, one
after the other: milliseconds a frame, in `wall` time and of `processor` (all threads); `share` is
of the stages' sum of wall time. The `whole` is measured once more as it is: decoding, looking,
tracking and storing each in a thread of its own. With `--peers` (`bench/peers.txt` says how to
install them) those follow, in the same process.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import cv2

from sammot import bootstrap, scenes, video
from sammot.records import JobKind, Priority
from sammot.service import Service, chunks
from sammot.service.leases import Leases
from sammot.settings import Settings
from sammot.tracking import engine as engine_module
from sammot.tracking.frame import ClipInfo
from sammot.worker import tasks, tracking
from sammot.worker.pulse import Pulse
from stopwatch import Measured, Stopwatch

STAGES = {
    "previews": "first look: decode previews",
    "create": "first look: learn the background",
    "decode": "decode",
    "look": "look ahead: size, colours, flow",
    "evidence": "evidence",
    "propagate": "propagate",
    "propose": "propose",
    "manage": "manage",
    "prompt": "prompt",
    "revise": "look back over the window",
    "finish": "masks at full size",
    "encode": "boxes, run lengths",
    "pack": "pack chunks, snapshots",
    "store": "store them",
    "rest": "the loop, and what is left",
}


def instrument(engine: Any, watch: Stopwatch) -> Any:  # noqa: ANN401 - parts are replaced
    scene = engine.propagator.scene
    scene.see = watch.timed("evidence", scene.see)
    engine.lookout.look = watch.timed("look", engine.lookout.look)
    engine.propagator = Measured(engine.propagator, watch, propagate="propagate", prompt="prompt")
    engine.proposer = Measured(engine.proposer, watch, propose="propose")
    engine.manager = Measured(engine.manager, watch, update="manage")
    engine.finisher = Measured(engine.finisher, watch, revise="revise", finish="finish")
    return Measured(engine, watch, snapshot="pack")


@contextmanager
def instrumented(service: Service, watch: Stopwatch) -> Iterator[Service]:
    """The service with an engine that is measured; meanwhile the worker's steps are, too."""

    def create(*arguments: Any) -> Any:  # noqa: ANN401 - an engine's
        return instrument(watch.timed("create", entry.create)(*arguments), watch)

    entry = service.world.engine("motion")
    engines = {"motion": replace(entry, create=create)}
    with ExitStack() as stack:
        for place, name, stage in (
            (video, "previews", "previews"),
            (tracking, "write_chunk", "pack"),
            (Leases, "store_chunk", "store"),
        ):
            measured = watch.timed(stage, getattr(place, name))
            stack.enter_context(mock.patch.object(place, name, measured))
        for name, method in (("Box", "around"), ("RLE", "encode")):
            measured = Measured(getattr(engine_module, name), watch, **{method: "encode"})
            stack.enter_context(mock.patch.object(engine_module, name, measured))
        serial = lambda source, _: watch.each("decode", iter(source))  # noqa: E731
        stack.enter_context(mock.patch.object(tracking, "prefetched", serial))
        stack.enter_context(mock.patch.object(chunks, "prefetched", lambda source, _: source))
        yield Service.over(replace(service.world, engines=engines))


class Case:
    """One clip, uploaded, with one set of parameters."""

    def __init__(self, folder: Path, path: Path, parameters: Mapping[str, object]) -> None:
        settings = Settings(data_dir=folder, profile="embedded")
        self.path, self.service = path, bootstrap.service(settings)
        self.spec = self.service.uploads.spec("motion", parameters, Priority.NORMAL)
        uploads, size = self.service.uploads, path.stat().st_size
        upload = uploads.begin("local", path.name, size, self.spec)
        uploads.append(upload, 0, [path.read_bytes()])
        self.video, _ = uploads.finish(upload)

    def track(self, service: Service, watch: Stopwatch) -> None:
        """The worker's task, from the file to what is stored; as the stage `rest`."""
        job = service.leases.claim("bench", [JobKind.TRACK])
        if job is None:
            job = service.jobs.submit(self.video, self.spec)
            job = service.leases.claim("bench", [JobKind.TRACK]) or job
        with Pulse(service, job, threading.Event()) as pulse:
            watch.timed("rest", tasks.track)(service, job, pulse)

    def stages(self) -> Stopwatch:
        watch = Stopwatch()
        with instrumented(self.service, watch) as service:
            self.track(service, watch)
        return watch

    def whole(self) -> Stopwatch:
        watch = Stopwatch()
        self.track(self.service, watch)
        return watch

    def show(self) -> float:
        """Print what was measured; seconds that decoding takes."""
        stages, whole, record = self.stages(), self.whole(), self.video
        scale, total = 1000 / record.frame_count, sum(stages.wall.values())
        size = f"{record.width}x{record.height}"
        print(f"\n{self.path}: {size}, {record.frame_count} frames at {record.fps:.1f} fps")
        print(f"  {'':36}{'wall':>9}{'processor':>12}{'share':>10}")
        for stage, words in STAGES.items():
            wall, processor = stages.wall[stage], stages.processor[stage]
            share = f"{100 * wall / total:8.1f} %"
            print(f"  {words:36}{scale * wall:6.2f} ms{scale * processor:9.2f} ms{share}")
        wall, processor = whole.wall["rest"], whole.processor["rest"]
        print(f"  {'whole':36}{scale * wall:6.2f} ms{scale * processor:9.2f} ms", end="   ")
        decoding, rate = stages.wall["decode"], record.frame_count / wall
        print(f"{rate:.1f} frames/s, {rate / record.fps:.2f} x real time, ", end="")
        print(f"{wall / decoding:.1f} x decoding", flush=True)
        return decoding


def show_peers(case: Case, decoding: float) -> None:
    """The same clip through what one would use otherwise; masks at full size not included."""
    import peers  # noqa: PLC0415 - they need not be installed

    record = case.video
    info = ClipInfo(record.width, record.height, record.fps, record.frame_count)
    for subtractor in peers.SUBTRACTORS:
        found = peers.run(video.decode(case.path), info, subtractor=subtractor)
        for name, tracks in found.items():
            wall = tracks.seconds + decoding
            cost = f"{1000 * wall / record.frame_count:6.2f} ms"
            print(f"  {name:36}{cost}   {wall / decoding:.1f} x decoding", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--preset", default="balanced", choices=("fast", "balanced", "accurate"))
    parser.add_argument("--threads", type=int, default=2, help="OpenCV's own threads")
    parser.add_argument("--peers", action="store_true", help="measure them as well")
    options = parser.parse_args()
    cv2.setNumThreads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        if not options.clips:
            scene = scenes.make("demonstration", width=1280, height=720)
            options.clips = [Path(folder) / "demonstration.mp4"]
            video.write(options.clips[0], scene.frames(), scene.fps)
        for number, path in enumerate(options.clips):
            case = Case(Path(folder) / str(number), path, {"preset": options.preset})
            decoding = case.show()
            if options.peers:
                show_peers(case, decoding)


if __name__ == "__main__":
    main()
