from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sammot.tracking.mask import RLE, Box
from sammot.tracking.track import Observation, TrackId
from sammot.video import Style, colour_of, palette
from sammot.video.draw import Painter

GREY = 100
PAGE = Path(__file__).parents[2] / "web/src/lib/palette.json"


def canvas() -> NDArray[np.uint8]:
    return np.full((240, 320, 3), GREY, np.uint8)


def disc(x: int, y: int, radius: int) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[:240, :320]
    return (rows - y) ** 2 + (columns - x) ** 2 <= radius**2


def observed(mask: NDArray[np.bool_], track_id: int = 1, box: Box | None = None) -> Observation:
    return Observation(TrackId(track_id), box or Box.around(mask), RLE.encode(mask), 1.0)


def masks_only(fill: float = 0.45) -> Painter:
    return Painter(Style(boxes=False, numbers=False, fill=fill))


def test_a_mask_is_tinted_inside_and_solid_at_its_edge() -> None:
    mask = disc(150, 120, 50)
    painted = masks_only().paint(canvas(), [observed(mask)])
    inner = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    colour = np.array(colour_of(1))
    tint = np.round(GREY * 0.55 + colour * 0.45)
    assert (painted[~mask] == GREY).all()
    assert np.abs(painted[inner] - tint).max() <= 1
    assert (painted[mask & ~inner] == colour).all()


def test_nothing_of_a_mask_shows_outside_its_box() -> None:
    mask = disc(150, 120, 50)
    painted = masks_only().paint(canvas(), [observed(mask, box=Box(100, 70, 150, 171))])
    assert (painted[:, 150:] == GREY).all()
    assert (painted[:, :150] != GREY).any()


@pytest.mark.parametrize("centre", [(0, 0), (319, 239), (319, 0), (150, 239)])
def test_a_mask_may_leave_the_picture(centre: tuple[int, int]) -> None:
    mask = disc(*centre, 30)
    box = Box(centre[0] - 30, centre[1] - 30, centre[0] + 31, centre[1] + 31)
    painted = masks_only().paint(canvas(), [observed(mask, box=box)])
    assert ((painted != GREY).any(axis=2) == mask).all()


@pytest.mark.parametrize("box", [Box(0, 0, 0, 0), Box(-50, -50, -10, -10), Box(400, 300, 500, 320)])
def test_an_empty_or_far_box_draws_no_mask(box: Box) -> None:
    empty = np.zeros((240, 320), np.bool_)
    painted = masks_only().paint(canvas(), [observed(empty, box=box)])
    assert (painted == GREY).all()


def test_the_picture_that_came_in_is_not_changed() -> None:
    image = canvas()
    Painter(Style(trail=5)).paint(image, [observed(disc(150, 120, 50))])
    assert (image == GREY).all()


def test_a_box_is_drawn_on_its_own_outermost_pixels() -> None:
    painter = Painter(Style(masks=False, numbers=False))
    painted = painter.paint(canvas(), [observed(disc(150, 120, 50))])
    changed = (painted != GREY).any(axis=2)
    for edge in (changed[70, 100:201], changed[170, 100:201], changed[70:171, 100]):
        assert edge.all()
    assert changed[70:171, 200].all()
    assert not changed[75:165, 105:195].any()


def test_the_number_stands_above_the_box_and_inside_the_picture() -> None:
    painter = Painter(Style(masks=False, boxes=False))
    above = painter.paint(canvas(), [observed(disc(150, 120, 50), track_id=7)])
    rows, columns = np.nonzero((above != GREY).any(axis=2))
    assert rows.max() <= 71
    assert columns.min() == 100
    corner = painter.paint(canvas(), [observed(disc(310, 5, 9), track_id=1234)])
    rows, columns = np.nonzero((corner != GREY).any(axis=2))
    assert rows.min() == 0
    assert columns.max() <= 319
    assert len(np.unique(corner.reshape(-1, 3), axis=0)) > 2


def test_a_trail_follows_a_track_and_ends_with_it() -> None:
    painter = Painter(Style(masks=False, boxes=False, numbers=False, trail=4))
    for x in (50, 100, 150):
        painted = painter.paint(canvas(), [observed(disc(x, 120, 10))])
    columns = np.nonzero((painted != GREY).any(axis=(0, 2)))[0]
    assert columns.min() <= 51
    assert columns.max() >= 149
    assert (painter.paint(canvas(), []) == GREY).all()
    for x in (250, 260):
        painted = painter.paint(canvas(), [observed(disc(x, 120, 10))])
    assert np.nonzero((painted != GREY).any(axis=(0, 2)))[0].min() >= 248


def test_a_track_keeps_its_colour_and_neighbours_differ() -> None:
    assert len(set(palette())) == len(palette()) >= 20
    assert colour_of(1) == palette()[0]
    assert colour_of(len(palette()) + 1) == colour_of(1)


def test_the_page_has_the_same_palette() -> None:
    shown = json.loads(PAGE.read_text("ascii"))
    assert tuple(tuple(bytes.fromhex(colour[1:])) for colour in shown) == palette()
