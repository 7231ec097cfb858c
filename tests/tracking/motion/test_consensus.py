from __future__ import annotations

import numpy as np

from sammot.tracking.frame import Frame
from sammot.tracking.motion.appearance import colours_of
from sammot.tracking.motion.consensus import agree
from sammot.tracking.motion.retrace import Step
from sammot.tracking.track import Prediction, TrackId
from sammot.tracking.window import Draft

SHAPE = (80, 120)
ONE = TrackId(1)
GREY, RED, BLUE = (128, 128, 128), (120, 200, 180), (90, 140, 60)


def square(x: int) -> np.ndarray:
    mask = np.zeros(SHAPE, np.bool_)
    mask[30:50, x : x + 20] = True
    return mask


def picture(x: int | None, colour: tuple[int, int, int] = RED) -> np.ndarray:
    lab = np.full((*SHAPE, 3), GREY, np.uint8)
    if x is not None:
        lab[square(x)] = colour
    return lab


class Window:
    """Sixteen frames in which a red square goes to the right, and is tracked."""

    def __init__(self) -> None:
        places = [20 + 2 * number for number in range(16)]
        self.truth = [square(x) for x in places]
        self.labs = [picture(x) for x in places]
        self.drafts = []
        for number, mask in enumerate(self.truth):
            frame = Frame(number, number / 25, np.zeros((*SHAPE, 3), np.uint8))
            masks = {ONE: Prediction(mask.copy(), 0.9)}
            self.drafts.append(Draft(frame, masks, {}, {}, frozenset()))
        self.cuts: set[int] = set()

    def agreed(self) -> list[Draft]:
        flow = np.zeros((SHAPE[0] // 2, SHAPE[1] // 2, 2), np.float16)
        agree(
            self.drafts,
            [Step(colours_of(lab), flow, n in self.cuts) for n, lab in enumerate(self.labs)],
        )
        return self.drafts


def similarity(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.sum(first & second) / np.sum(first | second))


def test_a_part_that_was_missed_in_some_frames_is_filled_in() -> None:
    window = Window()
    for number in (4, 9, 10):
        window.drafts[number].masks[ONE].mask[:, : 30 + 2 * number] = False
    drafts = window.agreed()
    assert min(similarity(drafts[n].masks[ONE].mask, window.truth[n]) for n in range(16)) > 0.9


def test_background_that_was_taken_along_in_some_frames_is_left_out() -> None:
    window = Window()
    for number in (4, 9, 10):
        window.drafts[number].masks[ONE].mask[25:55, 15:90] = True
    drafts = window.agreed()
    assert min(similarity(drafts[n].masks[ONE].mask, window.truth[n]) for n in range(16)) > 0.9


def test_an_object_that_was_missed_for_some_frames_is_found() -> None:
    window = Window()
    for number in (0, 7, 8):
        del window.drafts[number].masks[ONE]
    drafts = window.agreed()
    assert min(similarity(drafts[n].masks[ONE].mask, window.truth[n]) for n in (0, 7, 8)) > 0.7


def test_what_hides_an_object_is_not_taken_for_it() -> None:
    window = Window()
    for number in (7, 8):
        del window.drafts[number].masks[ONE]
        window.labs[number] = picture(20 + 2 * number, BLUE)
    drafts = window.agreed()
    assert all(ONE not in drafts[number].masks for number in (7, 8))


def test_a_track_ends_where_it_was_last_seen() -> None:
    window = Window()
    for number in range(12, 16):
        del window.drafts[number].masks[ONE]
    drafts = window.agreed()
    assert all(ONE not in drafts[number].masks for number in range(12, 16))


def test_nothing_is_carried_across_a_cut() -> None:
    window = Window()
    for number in range(8):
        del window.drafts[number].masks[ONE]
    window.cuts = {8}
    drafts = window.agreed()
    assert all(ONE not in drafts[number].masks for number in range(8))


def test_a_track_of_few_frames_is_left_as_it_is() -> None:
    window = Window()
    for number in range(2, 16):
        del window.drafts[number].masks[ONE]
    half = window.drafts[0].masks[ONE].mask
    half[:, 30:] = False
    drafts = window.agreed()
    assert np.array_equal(drafts[0].masks[ONE].mask, half)


def test_two_tracks_never_share_a_pixel() -> None:
    window = Window()
    other = TrackId(2)
    for number, draft in enumerate(window.drafts):
        window.labs[number][50:60, 20 + 2 * number : 40 + 2 * number] = RED
        draft.masks[other] = Prediction(np.roll(window.truth[number], 20, axis=0), 0.9)
    for draft in window.agreed():
        assert not (draft.masks[ONE].mask & draft.masks[other].mask).any()
