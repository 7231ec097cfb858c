from __future__ import annotations

import numpy as np

from sammot.tracking.mask import RLE, Box
from sammot.tracking.stitch import same_tracks
from sammot.tracking.track import FrameResult, Observation, TrackId


def seen(track_id: int, x: int, size: int = 10) -> Observation:
    mask = np.zeros((40, 200), np.bool_)
    mask[10 : 10 + size, x : x + size] = True
    return Observation(TrackId(track_id), Box.around(mask), RLE.encode(mask), 1.0)


def frames(*observed: tuple[Observation, ...]) -> list[FrameResult]:
    return [FrameResult(n, n / 25, one) for n, one in enumerate(observed)]


def test_tracks_that_agree_are_the_same_whatever_their_numbers() -> None:
    earlier = frames(*((seen(4, 10 + n), seen(7, 100)) for n in range(8)))
    later = frames(*((seen(1, 101), seen(2, 11 + n)) for n in range(8)))
    assert same_tracks(earlier, later) == {1: 7, 2: 4}


def test_tracks_that_disagree_are_not_the_same() -> None:
    earlier = frames(*((seen(4, 10),) for _ in range(8)))
    later = frames(*((seen(1, 17),) for _ in range(8)))
    assert same_tracks(earlier, later) == {}


def test_one_that_met_another_for_a_moment_is_not_taken_for_it() -> None:
    earlier = frames(*((seen(4, 10 + 4 * n), seen(5, 50 - 4 * n)) for n in range(11)))
    later = frames(*((seen(1, 50 - 4 * n), seen(2, 10 + 4 * n)) for n in range(11)))
    assert same_tracks(earlier, later) == {1: 5, 2: 4}


def test_an_object_that_enters_in_the_overlap_is_met_where_both_see_it() -> None:
    earlier = frames((), (), *((seen(9, 10 + n),) for n in range(6)))
    later = frames((), (), (), (), *((seen(1, 12 + n),) for n in range(4)))
    assert same_tracks(earlier, later) == {1: 9}


def test_an_object_that_is_hidden_at_the_cut_is_met_before_it() -> None:
    earlier = frames(*((seen(3, 10 + n),) for n in range(4)), (), (), (), ())
    later = frames(*((seen(1, 10 + n),) for n in range(4)), (), (), (), ())
    assert same_tracks(earlier, later) == {1: 3}


def test_what_only_one_span_sees_has_no_partner() -> None:
    earlier = frames(*((seen(3, 10),) for _ in range(4)), (), (), (), ())
    later = frames((), (), (), (), *((seen(1, 10),) for _ in range(4)))
    assert same_tracks(earlier, later) == {}


def test_two_that_one_span_takes_for_one_give_one_partner() -> None:
    earlier = frames(*((seen(1, 10, 20),) for _ in range(6)))
    later = frames(*((seen(5, 10, 16), seen(6, 28, 4)) for _ in range(6)))
    assert same_tracks(earlier, later) == {5: 1}


def test_nothing_meets_nothing() -> None:
    assert same_tracks(frames((), ()), frames((), ())) == {}
    assert same_tracks([], []) == {}
