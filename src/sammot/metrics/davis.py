from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

from sammot.metrics.comparison import best_pairs, ratio
from sammot.metrics.similarity import mask_similarity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from sammot.tracking.mask import Mask

_TOLERANCE: Final = 0.008
"""How far a contour may be off, as a share of the picture's diagonal."""


@dataclass(frozen=True, slots=True)
class Davis:
    """Sums of region and contour quality over the objects of the truth."""

    objects: int
    region: float
    contour: float

    def __add__(self, other: Davis) -> Davis:
        return Davis(
            self.objects + other.objects, self.region + other.region, self.contour + other.contour
        )

    def scores(self) -> dict[str, float]:
        region, contour = ratio(self.region, self.objects), ratio(self.contour, self.objects)
        return {"J&F": (region + contour) / 2, "J": region, "F": contour}


def davis(frames: Iterable[tuple[Mapping[int, Mask], Mapping[int, Mask]]]) -> Davis:
    """Region similarity J and contour accuracy F, averaged over frames, then over objects.

    Every object is paired with the track that fits it best over the clip, one to one, as in
    the unsupervised challenge; one without a track scores 0. Where neither the object nor its
    track is in a frame, that frame scores 1. Which frames count is the caller's choice: DAVIS
    leaves out the first and the last.

    Source: Perazzi et al., CVPR 2016, section 4; Caelles et al., arXiv 1905.00737, section 3.
    """
    table = _Table()
    for truth, tracks in frames:
        table.enter(truth, tracks)
    region, contour = table.means()
    rows, columns = best_pairs(region + contour)
    return Davis(
        len(region), float(region[rows, columns].sum()), float(contour[rows, columns].sum())
    )


class _Table:
    """Sums for every pair of an object and a track, over frames.

    Only frames that show both are summed; those that show one of the two count 0 and those
    that show neither count 1, which is settled at the end.
    """

    def __init__(self) -> None:
        self._sums: dict[tuple[int, int], NDArray[np.float64]] = {}
        self._common: dict[tuple[int, int], int] = {}
        self._truth: dict[int, int] = {}
        self._tracks: dict[int, int] = {}
        self._frames = 0

    def enter(self, truth: Mapping[int, Mask], tracks: Mapping[int, Mask]) -> None:
        truth = {key: mask for key, mask in truth.items() if mask.any()}
        tracks = {key: mask for key, mask in tracks.items() if mask.any()}
        self._frames += 1
        for seen, keys in ((self._truth, truth), (self._tracks, tracks)):
            for key in keys:
                seen[key] = seen.get(key, 0) + 1
        region = mask_similarity(list(truth.values()), list(tracks.values()))
        outlines = [outline(mask) for mask in tracks.values()]
        for row, (object_id, mask) in enumerate(truth.items()):
            contour = outline(mask)
            for column, track_id in enumerate(tracks):
                pair = (object_id, track_id)
                values = (region[row, column], contour_accuracy(contour, outlines[column]))
                self._sums[pair] = self._sums.get(pair, np.zeros(2)) + values
                self._common[pair] = self._common.get(pair, 0) + 1

    def means(self) -> NDArray[np.float64]:
        """(2, objects, tracks): mean J and F."""
        means = np.zeros((2, len(self._truth), len(self._tracks)))
        for row, (object_id, in_truth) in enumerate(self._truth.items()):
            for column, (track_id, in_tracks) in enumerate(self._tracks.items()):
                pair = (object_id, track_id)
                either = in_truth + in_tracks - self._common.get(pair, 0)
                total = self._sums.get(pair, np.zeros(2)) + (self._frames - either)
                means[:, row, column] = total / self._frames
        return means


class Outline(NamedTuple):
    """A mask's contour, thin and widened by the tolerance, cut to where it is.

    `place` is the (top, left) corner of both in the picture.
    """

    thin: Mask
    wide: Mask
    place: tuple[int, int]


def outline(mask: Mask) -> Outline:
    """The contour of a mask that is not empty: pixels unlike their right or lower neighbour."""
    reach = int(np.ceil(_TOLERANCE * np.hypot(*mask.shape)))
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom = max(rows[0] - reach - 1, 0), min(rows[-1] + reach + 2, mask.shape[0])
    left, right = max(columns[0] - reach - 1, 0), min(columns[-1] + reach + 2, mask.shape[1])
    part = np.pad(mask[top:bottom, left:right], ((0, 1), (0, 1)), mode="edge")
    thin = (part[:-1, :-1] != part[:-1, 1:]) | (part[:-1, :-1] != part[1:, :-1])
    thin |= part[:-1, :-1] != part[1:, 1:]
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disk = (x * x + y * y <= reach * reach).astype(np.uint8)
    wide = cv2.dilate(thin.astype(np.uint8), disk) > 0
    return Outline(thin, np.asarray(wide), (int(top), int(left)))


def contour_accuracy(truth: Outline, track: Outline) -> float:
    """F: the harmonic mean of the contours' precision and recall."""
    precision = _covered(track, truth)
    recall = _covered(truth, track)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _covered(part: Outline, whole: Outline) -> float:
    """The share of a thin contour that lies on the other's wide one."""
    total = np.count_nonzero(part.thin)
    if not total:
        # A mask that fills its picture has no contour: nothing of it is wrong.
        return 1.0
    top, left = np.maximum(part.place, whole.place)
    bottom, right = np.minimum(
        np.add(part.place, part.thin.shape), np.add(whole.place, whole.wide.shape)
    )
    if top >= bottom or left >= right:
        return 0.0
    thin = _window(part.thin, part.place, (top, left, bottom, right))
    wide = _window(whole.wide, whole.place, (top, left, bottom, right))
    return float(np.count_nonzero(thin & wide) / total)


def _window(picture: Mask, place: tuple[int, int], bounds: tuple[int, int, int, int]) -> Mask:
    top, left, bottom, right = bounds
    return picture[top - place[0] : bottom - place[0], left - place[1] : right - place[1]]
