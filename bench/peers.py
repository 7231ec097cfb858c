"""What one would build without this product.

Background subtraction, then a box tracker; or OpenCV's trackers of one object. Every peer works at
our engine's working resolution, with its makers' default parameters.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

import cv2
import norfair
import numpy as np
import supervision
import trackers

from footage import Tracks
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.mask import RLE, Box

LONG_SIDE = 640
_SMALLEST = 6e-5


def working(clip: ClipInfo) -> tuple[tuple[int, int], np.ndarray]:
    """The size to work at, width and height, and what its boxes are multiplied by."""
    scale = min(1.0, LONG_SIDE / max(clip.width, clip.height))
    size = (round(clip.width * scale), round(clip.height * scale))
    return size, np.array([clip.width, clip.height] * 2) / (size * 2)


class Blobs:
    """OpenCV background subtraction and connected components."""

    def __init__(self, subtractor: cv2.BackgroundSubtractor, clip: ClipInfo) -> None:
        self._subtractor = subtractor
        self._size, self._stretch = working(clip)
        self._smallest = max(8, _SMALLEST * self._size[0] * self._size[1])
        self._disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
        self._wide = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))

    def __call__(self, frame: Frame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Boxes (n, 4) in the clip's pixels, the label picture, and the label of each box."""
        small = cv2.resize(frame.image, self._size, interpolation=cv2.INTER_AREA)
        moving = (self._subtractor.apply(small) == 255).astype(np.uint8)  # 127 is shadow
        moving = cv2.morphologyEx(moving, cv2.MORPH_OPEN, self._disk)
        moving = cv2.morphologyEx(moving, cv2.MORPH_CLOSE, self._wide)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(moving)
        chosen = 1 + np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= self._smallest)
        corners = stats[chosen, :4].astype(float)
        corners[:, 2:] += corners[:, :2]
        return corners * self._stretch, labels, chosen


class Norfair:
    """norfair behind the interface of the package `trackers`."""

    def __init__(self, frame_rate: float) -> None:
        del frame_rate
        self._tracker = norfair.Tracker(distance_function="iou", distance_threshold=0.7)

    def update(self, detections: supervision.Detections) -> supervision.Detections:
        points = [
            norfair.Detection(points=box.reshape(2, 2), data=place)
            for place, box in enumerate(detections.xyxy)
        ]
        ids = np.full(len(points), -1)
        for track in self._tracker.update(points):
            if any(track.last_detection is point for point in points):
                ids[track.last_detection.data] = track.id
        detections.tracker_id = ids
        return detections


SUBTRACTORS: dict[str, Callable[[], cv2.BackgroundSubtractor]] = {
    "MOG2": cv2.createBackgroundSubtractorMOG2,
    "KNN": cv2.createBackgroundSubtractorKNN,
}
TRACKERS: dict[str, Callable[[float], object]] = {
    "SORT": lambda rate: trackers.SORTTracker(frame_rate=rate),
    "ByteTrack": lambda rate: trackers.ByteTrackTracker(frame_rate=rate),
    "OC-SORT": lambda rate: trackers.OCSORTTracker(frame_rate=rate),
    "norfair": Norfair,
}


FOLLOWERS: dict[str, Callable[[], cv2.Tracker | cv2.legacy.Tracker]] = {
    "KCF": cv2.TrackerKCF.create,
    "CSRT": cv2.TrackerCSRT.create,
    "MIL": cv2.TrackerMIL.create,
    "MOSSE": cv2.legacy.TrackerMOSSE.create,
    "MedianFlow": cv2.legacy.TrackerMedianFlow.create,
}
"""OpenCV's that need no weights, but for the oldest two, Boosting and TLD. Nano, Vit and DaSiamRPN
need weights that are not among OpenCV's packages."""
_LEAST_SIDE = 8
"""Of a box that is followed, in pixels."""


def run(frames: Iterable[Frame], clip: ClipInfo, *, subtractor: str) -> dict[str, Tracks]:
    """All trackers on the detections of one subtractor.

    The subtractor's time is part of each.
    """
    blobs = Blobs(SUBTRACTORS[subtractor](), clip)
    running = {name: make(clip.fps) for name, make in TRACKERS.items()}
    found = {name: Tracks() for name in TRACKERS}
    for frame in frames:
        started = time.perf_counter()
        corners, labels, chosen = blobs(frame)
        detecting = time.perf_counter() - started
        known: dict[int, RLE] = {}
        for name, tracker in running.items():
            started = time.perf_counter()
            ids = _identities(tracker, corners)
            found[name].seconds += detecting + time.perf_counter() - started
            rows = [row for row, identity in enumerate(ids) if identity >= 0]
            found[name].boxes[frame.index] = {int(ids[row]): Box(*corners[row]) for row in rows}
            found[name].masks[frame.index] = {
                int(ids[row]): known.setdefault(row, _mask(labels == chosen[row], clip))
                for row in rows
            }
    return {f"{subtractor} + {name}": tracks for name, tracks in found.items()}


def follow(
    frames: Iterable[Frame],
    clip: ClipInfo,
    truth: Mapping[int, Mapping[int, Box]],
    *,
    follower: str,
) -> Tracks:
    """OpenCV's tracker of one object, one for each object, begun on the truth's first box of it.

    So they are told how many objects there are, and where; they give boxes, not masks.
    """
    size, stretch = working(clip)
    tracks, running = Tracks(masks=None), {}
    for frame in frames:
        started = time.perf_counter()
        small = cv2.resize(frame.image, size, interpolation=cv2.INTER_AREA)
        found = {identity: one.update(small) for identity, one in running.items()}
        boxes = {
            identity: Box(*(np.array([x, y, x + width, y + height]) * stretch))
            for identity, (is_seen, (x, y, width, height)) in found.items()
            if is_seen
        }
        for identity, box in truth.get(frame.index, {}).items():
            if identity not in running:
                running[identity] = FOLLOWERS[follower]()
                running[identity].init(small, _rectangle(np.array(box) / stretch, size))
                boxes[identity] = box
        tracks.boxes[frame.index] = boxes
        tracks.seconds += time.perf_counter() - started
    return tracks


def _rectangle(corners: np.ndarray, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, width and height inside a picture, not too small to follow."""
    left, top, right, bottom = (round(float(value)) for value in corners)
    width = min(max(_LEAST_SIDE, right - left), size[0])
    height = min(max(_LEAST_SIDE, bottom - top), size[1])
    left = min(max(0, left), size[0] - width)
    return left, min(max(0, top), size[1] - height), width, height


def _identities(tracker: object, corners: np.ndarray) -> np.ndarray:
    """The track of each box, -1 for none yet."""
    detections = supervision.Detections(
        xyxy=corners.reshape(-1, 4),
        confidence=np.ones(len(corners)),
        class_id=np.zeros(len(corners), int),
        data={"place": np.arange(len(corners))},
    )
    answer = tracker.update(detections)  # type: ignore[attr-defined]
    ids = np.full(len(corners), -1)
    if len(answer) and answer.tracker_id is not None:
        ids[answer.data["place"]] = answer.tracker_id
    return ids


def _mask(small: np.ndarray, clip: ClipInfo) -> RLE:
    size = (clip.width, clip.height)
    whole = cv2.resize(small.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return RLE.encode(whole > 0)
