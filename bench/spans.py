"""What it costs and changes to track a clip in spans, as several workers do.

    python bench/spans.py [--clips DIR] [--only NAME ...] [--frames N] [--span N]

Without `--clips` the clips are generated, and as long as three spans. HOTA, AssA and IDF1 are on
boxes, in percent; `tracks` is how many identities were reported; `CPU s` the processor seconds of
decoding and tracking. `of 2` is how many times as fast two workers would be that never wait for the
machine: the seconds of the whole over those of the busier worker, each taking the next span when
it is free. A clip marked ~ has the tracks of another program as its truth.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from footage import SCENES, Clip, Tracks, make_scenes, read_clips
from quality import score, show
from sammot import video
from sammot.service.spans import Span, cut_into_spans
from sammot.tracking import motion
from sammot.tracking.stitch import same_tracks
from sammot.tracking.track import FrameResult, TrackId

WORKERS = 2
COLUMNS = ("HOTA", "AssA", "IDF1", "tracks", "CPU s", "of 2")


def track(clip: Clip, times: np.ndarray, span: Span) -> tuple[list[FrameResult], float]:
    """The results of one span from its start on, and its processor seconds."""
    began = time.process_time()
    engine = motion.create({}, clip.info, video.previews(clip.path, times))
    after = float(times[span.start - 1]) if span.start else None
    decoder = video.Decoder(clip.path, start=span.start, after=after)
    stop = clip.info.frame_count if span.stop is None else span.stop
    results = list(engine.track(islice(decoder, (stop or len(times)) - span.start)))
    return results, time.process_time() - began


def stitch(parts: list[tuple[Span, list[FrameResult]]]) -> list[FrameResult]:
    """All spans as one, numbered as the worker does."""
    done: list[FrameResult] = []
    last = 0
    for span, results in parts:
        ids = same_tracks(done[span.start : span.cut], results[: span.cut - span.start])
        for result in results[span.cut - span.start :]:
            for seen in result.observations:
                if seen.track_id not in ids:
                    last += 1
                    ids[seen.track_id] = TrackId(last)
            renumbered = (replace(one, track_id=ids[one.track_id]) for one in result.observations)
            done.append(replace(result, observations=tuple(renumbered)))
    return done


def gain(costs: list[float], whole: float) -> float:
    """How many times as fast the workers are, each taking the next span when it is free."""
    busy = [0.0] * WORKERS
    for cost in costs:
        busy[busy.index(min(busy))] += cost
    return whole / max(busy)


def measure(clip: Clip, span_frames: int) -> dict[str, dict[str, float]]:
    times = clip.decode_alone()[1]
    whole, seconds = track(clip, times, Span(0, 0, 0, None))
    rows = {"in one": scored(clip, whole) | {"CPU s": seconds}}
    spans = cut_into_spans(len(times), span_frames, clip.info.fps)
    parts = [(span, *track(clip, times, span)) for span in spans]
    costs = [cost for *_, cost in parts]
    stitched = stitch([(span, results) for span, results, _ in parts])
    row = {"CPU s": sum(costs), "of 2": gain(costs, seconds)}
    rows[f"in {len(spans)} spans"] = scored(clip, stitched) | row
    return rows


def scored(clip: Clip, results: list[FrameResult]) -> dict[str, float]:
    tracks = Tracks(masks=None)
    for result in results:
        tracks.boxes[result.index] = {o.track_id: o.box for o in result.observations}
    return score(clip, tracks)


def clips(options: argparse.Namespace, folder: Path) -> Iterator[Clip]:
    if options.clips is not None:
        return read_clips(options.clips, names=options.only, frame_limit=options.frames)
    return make_scenes(folder, names=options.only or list(SCENES), frame_count=3 * options.span)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=Path, help="a folder of clips with INFO.json and truth")
    parser.add_argument("--only", nargs="*", default=[], help="names of clips or scenes")
    parser.add_argument("--frames", type=int, default=10_000, help="the longest part of a clip")
    parser.add_argument("--span", type=int, default=512, help="frames of a span")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        for clip in clips(options, Path(folder)):
            show(f"{clip.name} ({clip.info.frame_count})", measure(clip, options.span), COLUMNS)


if __name__ == "__main__":
    main()
