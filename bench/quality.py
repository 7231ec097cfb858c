"""How well we track, beside what one would use otherwise, on the same clips in the same run.

    python bench/quality.py [--clips DIR] [--only NAME ...] [--frames N] [--alone | --told]
                            [--json FILE]

Without `--clips` the clips are generated. `bench/peers.txt` says how to install the peers;
`--alone` does without them, `--told` also without what we find ourselves.

HOTA, DetA, AssA, MOTA and IDF1 are on boxes, in percent. J is the masks' mean IoU with the best
track for each object (DAVIS); `J any` is that of the union of all tracks with the union of all
objects. `tracks` is how many identities were reported. `ms` is milliseconds a frame over decoding
alone, with our masks and previews, without the peers' masks; `x dec` the whole divided by decoding
alone. OpenCV's own trackers are told where each object first is, and give boxes alone; so are we
in a row of our own, in which we look for nothing else. A clip
marked ~ has the tracks of another program as its truth.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from footage import Clip, Tracks, make_scenes, read_clips
from sammot import video
from sammot.metrics import evaluate
from sammot.service import chunks
from sammot.tracking import motion

OURS = "sammot motion"
TOLD = f"{OURS}, told the first boxes"
COLUMNS = ("HOTA", "DetA", "AssA", "MOTA", "IDF1", "J", "J any", "tracks", "ms", "x dec")


def run_ours(clip: Clip, times: np.ndarray, parameters: Mapping[str, object]) -> Tracks:
    """Our engine, chunk by chunk as a worker does: it looks ahead within a chunk only. Its time
    includes decoding and the previews.
    """
    tracks = Tracks()
    started = time.perf_counter()
    previews = video.previews(clip.path, times)
    engine = motion.create(parameters, clip.info, previews)
    for chunk in chunks.tracked(engine, clip.frames()):
        for result in chunk.results:
            tracks.boxes[result.index] = {o.track_id: o.box for o in result.observations}
            tracks.masks[result.index] = {o.track_id: o.rle for o in result.observations}
    tracks.seconds = time.perf_counter() - started
    return tracks


def first_boxes(clip: Clip) -> list[dict[str, Any]]:
    """Prompts with the truth's first box of each object: what OpenCV's trackers are told."""
    first: dict[int, dict[str, Any]] = {}
    limits = np.array([clip.info.width, clip.info.height] * 2)
    for frame in sorted(clip.boxes):
        for identity, box in clip.boxes[frame].items():
            x1, y1, x2, y2 = (float(edge) for edge in np.clip(box, 0, limits))
            if identity not in first and x1 < x2 and y1 < y2:
                whole = [x1, y1, x2 - x1, y2 - y1]
                first[identity] = {"object": identity, "frame": frame, "box": whole}
    return list(first.values())


def score(clip: Clip, tracks: Tracks) -> dict[str, float]:
    scores = evaluate(clip.boxes, tracks.boxes).scores
    row = {name: 100 * scores[name] for name in ("HOTA", "DetA", "AssA", "MOTA", "IDF1")}
    if clip.masks is not None and tracks.masks is not None:
        row["J"] = 100 * evaluate(clip.masks, tracks.masks, metrics=["davis"]).scores["J"]
        row["J any"] = 100 * union_similarity(clip.masks, tracks.masks)
    row["tracks"] = len(set(chain.from_iterable(tracks.boxes.values())))
    return row


def union_similarity(truth: Mapping[int, Any], tracks: Mapping[int, Any]) -> float:
    """Mean over frames of the IoU of all that is in the truth with all that is tracked."""
    values = []
    for frame in truth:
        whole = [_union(shapes) for shapes in (truth[frame], tracks.get(frame, {}))]
        if whole[0] is None and whole[1] is None:
            continue
        if whole[0] is None or whole[1] is None:
            values.append(0.0)
        else:
            values.append(np.sum(whole[0] & whole[1]) / np.sum(whole[0] | whole[1]))
    return float(np.mean(values)) if values else 0.0


def _union(shapes: Mapping[int, Any]) -> np.ndarray | None:
    masks = [s if isinstance(s, np.ndarray) else s.decode() for s in shapes.values()]
    return np.logical_or.reduce(masks) if masks else None


def measure(
    clip: Clip, parameters: Mapping[str, object], *, has_peers: bool, finds: bool
) -> dict[str, dict[str, float]]:
    """One row for us, as we find objects if `finds`, one as we are told, and one for each peer."""
    decoding, times = clip.decode_alone()
    found: dict[str, Tracks] = {}
    if finds:
        found[OURS] = run_ours(clip, times, parameters)
    boxes = {"find": "nothing", "prompts": first_boxes(clip)}
    found[TOLD] = run_ours(clip, times, {**parameters, **boxes})
    if has_peers:
        found |= run_peers(clip, decoding)
    rows = {}
    for name, tracks in found.items():
        cost = {
            "ms": 1000 * (tracks.seconds - decoding) / len(times),
            "x dec": tracks.seconds / decoding,
        }
        rows[name] = score(clip, tracks) | cost
    return rows


def run_peers(clip: Clip, decoding: float) -> dict[str, Tracks]:
    """The peers' tracks; their time includes decoding, as ours does."""
    import peers  # noqa: PLC0415 - they need not be installed

    found = {}
    for subtractor in peers.SUBTRACTORS:
        found |= peers.run(clip.frames(), clip.info, subtractor=subtractor)
    for name in peers.FOLLOWERS:
        tracks = peers.follow(clip.frames(), clip.info, clip.boxes, follower=name)
        found[f"{name}, told the first boxes"] = tracks
    for tracks in found.values():
        tracks.seconds += decoding
    return found


def show(
    title: str, rows: Mapping[str, Mapping[str, float]], wanted: Sequence[str] = COLUMNS
) -> None:
    columns = [name for name in wanted if any(name in row for row in rows.values())]
    print(f"\n{title:34}" + "".join(f"{name:>8}" for name in columns))
    for name, row in rows.items():
        cells = (f"{row[c]:8.1f}" if c in row else f"{'':8}" for c in columns)
        print(f"{name:34}" + "".join(cells), flush=True)


def means(table: Mapping[str, Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, float]]:
    """The mean over clips of every method, each column over the clips that have it."""
    names = next(iter(table.values()))
    gathered = {
        name: {c: [clip[name][c] for clip in table.values() if c in clip[name]] for c in COLUMNS}
        for name in names
    }
    return {n: {c: float(np.mean(v)) for c, v in row.items() if v} for n, row in gathered.items()}


def clips(options: argparse.Namespace, folder: Path) -> Iterator[Clip]:
    if options.clips is None:
        return make_scenes(folder, names=options.only)
    return read_clips(options.clips, names=options.only, frame_limit=options.frames)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=Path, help="a folder of clips with INFO.json and truth")
    parser.add_argument("--only", nargs="*", default=[], help="names of clips or scenes")
    parser.add_argument("--frames", type=int, default=1000, help="the longest part of a clip")
    parser.add_argument("--preset", default="balanced", choices=("fast", "balanced", "accurate"))
    rows = parser.add_mutually_exclusive_group()
    rows.add_argument("--alone", action="store_true", help="without the peers")
    rows.add_argument("--told", action="store_true", help="only ours, told the first boxes")
    parser.add_argument("--json", type=Path, help="write the numbers here as well")
    options = parser.parse_args()
    cv2.setNumThreads(2)
    table = {}
    with tempfile.TemporaryDirectory() as folder:
        for clip in clips(options, Path(folder)):
            table[clip.name] = measure(
                clip, {"preset": options.preset},
                has_peers=not (options.alone or options.told), finds=not options.told,
            )  # fmt: skip
            show(f"{clip.name} ({clip.info.frame_count})", table[clip.name])
            if options.json:
                options.json.write_text(json.dumps(table, indent=1))
    if len(table) > 1:
        show("mean", means(table))


if __name__ == "__main__":
    main()
