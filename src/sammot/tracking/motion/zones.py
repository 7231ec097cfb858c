"""The background without what it holds of objects: the part of one that rested longest.

Where an object differs from the background in part, the rest of it shows as the same flat zone
of the picture: no edge parts the two. A zone of which enough differs is an object as a whole.

Source: zones by the watershed of Meyer and Beucher, "Morphological segmentation", 1990, from all
that is flat.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.background import UNIT
from sammot.tracking.motion.detect import LOW, fill_holes, shadow_of, solid_regions
from sammot.tracking.motion.patch import Patch
from sammot.tracking.motion.picture import Size, gradient, order_statistic, shrink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.background import Background
    from sammot.tracking.motion.picture import Picture

SMALL = 240
"""Long side at which zones are found, in pixels."""
EDGE = 40.0
"""Sobel gradient of L, or two thirds of that of a or b, at which flat zones end."""
OBJECT_SHARE = 0.3
"""Of a zone: if so much differs from the background, all of it is an object."""
LEAST_ZONE, LARGEST_ZONE = 12, 0.1
"""Pixels, and a share of the picture: what is smaller says nothing, what is larger no object."""
LARGEST_HOLE = 0.02
"""Share of the picture: what an object encloses, up to this size, is of it."""
ALWAYS, OFTEN = 0.6, 0.3
"""Shares of the samples with the background's colour in which it is an object's: it is not the
background's then; the second close to where the first holds, as objects have ragged edges."""
BROAD = 5
"""Pixels across, at least, of what is taken out: what is thinner may be the background's own, such
as the foot of a table before which people pass. And how far the second share counts."""
MARGIN = 9
"""Pixels across, at working size, by which a hole is widened: what it is filled with comes from its
edge."""
CLEAR = 3
"""Samples without an object that tell what the background is; with fewer, it is what is around."""
ROUNDS = 2
"""With fewer objects in the background, more is seen of them."""
FEWEST = 8
"""Samples from which anything is concluded."""


def without_objects(background: Background, samples: Sequence[Picture]) -> Background:
    """The same, less what is only seen where objects are; `samples` are in Lab at working size."""
    if len(samples) < FEWEST:
        return background
    small = Size(*samples[0].shape[:2]).fitted(SMALL)
    smalls = [shrink(sample, small) for sample in samples]
    for _ in range(ROUNDS):
        clear, wrong = _judge(background.shrunk(small), smalls)
        if not wrong.any():
            break
        background = _mended(background, samples, clear, wrong)
    return background


def _judge(background: Background, samples: Sequence[Picture]) -> tuple[list[Mask], Mask]:
    """Where each sample shows neither an object nor an object's colour, and where the background
    has the colour of one.
    """
    objects, shown = [], []
    for sample in samples:
        lit = background.lit(sample)
        difference = background.difference(lit)
        differs = solid_regions(difference, shadow_of(lit, background), 1.0)
        objects.append(_objects(sample, differs > 0))
        shown.append(difference < LOW * UNIT)
    times = np.sum(shown, axis=0)
    taken = np.sum([a & b for a, b in zip(shown, objects, strict=True)], axis=0)
    wrong = ((taken > ALWAYS * times) & (times > 0)).view(np.uint8)
    square = np.ones((BROAD, BROAD), np.uint8)
    broad = cv2.morphologyEx(wrong, cv2.MORPH_OPEN, square)
    wrong = (cv2.dilate(broad, square, iterations=2) > 0) & (taken >= OFTEN * times)
    clear = [~(a | (b & wrong)) for a, b in zip(objects, shown, strict=True)]
    return clear, wrong


def _objects(lab: Picture, differs: Mask) -> Mask:
    """All that differs, the zones of which enough does, and what these enclose."""
    zones = _zones(lab)
    areas = np.bincount(zones.ravel())
    inside = np.bincount(zones.ravel(), weights=differs.ravel())
    whole = (inside >= OBJECT_SHARE * areas) & (areas >= LEAST_ZONE)
    whole &= areas < LARGEST_ZONE * zones.size
    whole[0] = False
    found: Picture = np.take(whole, zones).view(np.uint8)
    closed: Picture = cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return fill_holes(closed | differs, LARGEST_HOLE * closed.size) > 0


def _zones(lab: Picture) -> Picture:
    """Number of the flat zone of each pixel, int32; 0 on the lines between them."""
    edges = np.zeros(lab.shape[:2], np.float32)
    for number, weight in enumerate((1.0, 1.5, 1.5)):
        plane = np.ascontiguousarray(lab[..., number])
        edges = np.maximum(edges, np.float32(weight) * gradient(plane))
    _, seeds = cv2.connectedComponents((edges < EDGE).view(np.uint8), connectivity=4)
    zones: Picture = cv2.watershed(lab, seeds)
    return np.maximum(zones, 0)


def _mended(
    background: Background, samples: Sequence[Picture], clear: Sequence[Mask], wrong: Mask
) -> Background:
    """Where it is wrong, the median of the samples without objects; else what is around."""
    unknown = wrong & (np.sum(clear, axis=0) < CLEAR)
    height, width = background.picture.shape[:2]
    size = Size(height, width)
    place = Patch.around(_enlarged(wrong, size))
    window = place.window
    shown = order_statistic(
        [background.lit(one)[window] for one in samples], 0.5,
        [_enlarged(one, size)[window] for one in clear],
    )  # fmt: skip
    picture = background.picture.copy()
    picture[window][place.mask] = shown[place.mask]
    if unknown.any():
        square = np.ones((MARGIN, MARGIN), np.uint8)
        hole = cv2.dilate(_enlarged(unknown, size).view(np.uint8), square)
        picture = cv2.inpaint(picture, hole, 3, cv2.INPAINT_TELEA)
    return replace(background, picture=picture)


def _enlarged(mask: Mask, size: Size) -> Mask:
    """A small mask at another size."""
    whole = (size.width, size.height)
    return cv2.resize(mask.view(np.uint8), whole, interpolation=cv2.INTER_NEAREST) > 0
