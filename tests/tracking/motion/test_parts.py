"""What swings beside a larger object is of it, until it flies off."""

from __future__ import annotations

import numpy as np
import pytest
from motion_clips import frames_of, track

from sammot.tracking.frame import Frame
from sammot.tracking.track import FrameResult

SIZE = (180, 320)
BODY, TASSEL = (200, 40, 40), (240, 210, 60)


def swinging(*, flies_from: int) -> list[Frame]:
    """A body walks to the right, 140 frames, and takes a tassel along, which flies off upwards."""
    generator = np.random.default_rng(5)
    ground = np.kron(generator.integers(60, 190, (18, 32, 3), dtype=np.uint8), np.ones((10, 10, 1)))
    images = []
    for index in range(140):
        image = ground.copy()
        left = 10 + index
        image[90:150, left : left + 60] = BODY
        x, y = tassel(index, flies_from)
        image[max(0, y) : max(0, y + 10), x : x + 10] = TASSEL
        images.append(np.clip(image + generator.normal(0, 2, image.shape), 0, 255).astype(np.uint8))
    return frames_of(images)


def tassel(index: int, flies_from: int) -> tuple[int, int]:
    """Its left and top: it lies there until the body comes, and swings beside it then."""
    if index < 16:
        return 90, 115
    fall = round(14 * np.sin((index - 16) / 4))
    flown = max(0, index - flies_from)
    return 74 + index + 3 * flown, 115 + fall - 4 * flown


def tracks_at(result: FrameResult, x: int, y: int) -> list[int]:
    """Whose masks hold a place."""
    return [one.track_id for one in result.observations if one.rle.decode()[y, x]]


@pytest.fixture(scope="module")
def together() -> list[FrameResult]:
    return track(swinging(flies_from=999))


def test_what_swings_beside_an_object_is_no_track(together: list[FrameResult]) -> None:
    assert len({one.track_id for result in together for one in result.observations}) == 1


def test_what_swings_beside_an_object_is_in_its_mask(together: list[FrameResult]) -> None:
    held = 0
    for result in together[20:]:
        x, y = tassel(result.index, 999)
        held += len(tracks_at(result, x + 5, y + 5))
    assert held >= 0.9 * len(together[20:])


def test_what_flies_off_is_a_track() -> None:
    results = track(swinging(flies_from=100))
    ids = set()
    for result in results[113:127]:
        x, y = tassel(result.index, 100)
        ids |= set(tracks_at(result, x + 5, y + 5))
    body = tracks_at(results[-1], 200, 120)
    assert len(ids) == 1
    assert ids.isdisjoint(body)
