"""The manager with the thresholds of Segment Anything: scores are logits, nothing is a part."""

from __future__ import annotations

import numpy as np
import pytest

from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.manager import Decision, TrajectoryManager
from sammot.tracking.manager_config import ManagerConfig
from sammot.tracking.mask import Box, Mask
from sammot.tracking.sam.thresholds import thresholds
from sammot.tracking.track import Detection, Origin, Point, Prediction, TrackId, TrackState

CONFIG = thresholds(ClipInfo(200, 100, 25.0), memory=0.2)
ONE, TWO = TrackId(1), TrackId(2)


def disc(x: float, y: float = 50, radius: float = 10) -> Mask:
    rows, columns = np.indices((100, 200))
    return (columns - x) ** 2 + (rows - y) ** 2 < radius**2


def seen(mask: Mask, score: float = 0.9) -> Detection:
    return Detection(Box.around(mask), score, mask=mask)


def clicked(subject: int, x: float) -> Detection:
    box = Box(x, 50, x, 50)
    points = (Point(x, 50, inside=True),)
    return Detection(box, 1.0, origin=Origin.PROMPTED, points=points, subject=subject)


class World:
    """A manager that is told masks with scores."""

    def __init__(self, config: ManagerConfig = CONFIG) -> None:
        self.manager = TrajectoryManager(config)
        self.index = 0

    def step(self, tracks: dict[int, tuple[Mask, float]], *found: Detection) -> Decision:
        believed = {TrackId(id_): Prediction(*one) for id_, one in tracks.items()}
        frame = Frame(self.index, self.index / 25, np.zeros((100, 200, 3), np.uint8))
        self.index += 1
        return self.manager.update(frame, believed, found)


@pytest.fixture
def two() -> World:
    """Two reliable tracks, apart from each other."""
    world = World()
    world.step({}, seen(disc(30)), seen(disc(150)))
    for _ in range(5):
        world.step({1: (disc(30), 9.0), 2: (disc(150), 9.0)})
    return world


def test_a_detection_in_free_area_is_added(two: World) -> None:
    assert list(two.step({1: (disc(30), 9.0), 2: (disc(150), 9.0)}, seen(disc(90))).add) == [3]


def test_a_box_mostly_on_a_track_is_not_added(two: World) -> None:
    box = Detection(Box.around(disc(32)), 0.9)
    assert not two.step({1: (disc(30, radius=12), 9.0), 2: (disc(150), 9.0)}, box).add


def test_a_box_in_free_area_is_added(two: World) -> None:
    box = Detection(Box.around(disc(90)), 0.9)
    assert list(two.step({1: (disc(30), 9.0), 2: (disc(150), 9.0)}, box).add) == [3]


def test_what_rests_is_confirmed_after_three_frames() -> None:
    world = World()
    world.step({}, seen(disc(30)))
    confirmed = []
    for _ in range(3):
        world.step({1: (disc(30), 9.0)})
        confirmed.append(world.manager.is_confirmed(ONE))
    assert confirmed == [False, True, True]


def test_a_small_track_beside_a_large_one_stays_itself() -> None:
    world = World()
    world.step({}, seen(disc(60, radius=20)), seen(disc(84, radius=3)))
    for _ in range(40):
        decision = world.step({1: (disc(60, radius=20), 9.0), 2: (disc(84, radius=3), 9.0)})
        assert not decision.drop
    assert world.manager.is_confirmed(TWO)


def test_a_hidden_track_is_removed_after_the_tolerance(two: World) -> None:
    drops = [two.step({1: (disc(30), 9.0)}).drop for _ in range(6)]
    assert drops == [set()] * 5 + [{2}]


@pytest.mark.parametrize(
    ("score", "state"),
    [
        (9.0, TrackState.RELIABLE),
        (7.0, TrackState.PENDING),
        (3.0, TrackState.SUSPICIOUS),
    ],
)
def test_trust_is_graded_by_the_logits(two: World, score: float, state: TrackState) -> None:
    for _ in range(10):
        two.step({1: (disc(30), score), 2: (disc(150), 9.0)})
    assert two.manager.state(ONE) is state


def test_a_pending_track_takes_the_detection_that_matches(two: World) -> None:
    for _ in range(10):
        two.step({1: (disc(30), 7.0), 2: (disc(150), 9.0)})
    better = seen(disc(33))
    decision = two.step({1: (disc(30), 7.0), 2: (disc(150), 9.0)}, better, seen(disc(151)))
    assert decision.refresh == {ONE: better}
    assert not decision.add


@pytest.mark.parametrize("score", [9.0, 3.0])
def test_reliable_and_suspicious_tracks_are_left_alone(two: World, score: float) -> None:
    for _ in range(10):
        two.step({1: (disc(30), score), 2: (disc(150), 9.0)})
    decision = two.step({1: (disc(30), score), 2: (disc(150), 9.0)}, seen(disc(31)))
    assert not decision.refresh


def test_a_weak_detection_refreshes_nothing(two: World) -> None:
    for _ in range(10):
        two.step({1: (disc(30), 7.0), 2: (disc(150), 9.0)})
    assert not two.step({1: (disc(30), 7.0), 2: (disc(150), 9.0)}, seen(disc(31), 0.3)).refresh


def test_of_two_tracks_on_one_object_the_lower_score_is_retracted(two: World) -> None:
    decision = two.step({1: (disc(150), 5.0), 2: (disc(150), 9.0)})
    assert decision.retract == {1}
    assert not decision.drop
    assert two.manager.state(ONE) is TrackState.LOST
    assert two.manager.state(TWO) is TrackState.RELIABLE


def test_at_like_scores_the_one_that_varied_more_is_retracted(two: World) -> None:
    for score in (5.0, 12.0, 5.0, 12.0):
        two.step({1: (disc(30), score), 2: (disc(150), 9.0)})
    assert two.step({1: (disc(150), 9.5), 2: (disc(150), 9.0)}).retract == {1}


def test_where_nothing_tells_the_younger_is_retracted(two: World) -> None:
    assert two.step({1: (disc(150), 9.0), 2: (disc(150), 9.0)}).retract == {2}


def test_a_retracted_track_that_stays_wrong_is_removed(two: World) -> None:
    both = {1: (disc(150), 5.0), 2: (disc(150), 9.0)}
    drops = [two.step(both).drop for _ in range(6)]
    assert drops == [set()] * 5 + [{1}]


def test_a_retracted_track_that_finds_its_object_again_goes_on(two: World) -> None:
    two.step({1: (disc(150), 5.0), 2: (disc(150), 9.0)})
    two.step({1: (disc(36), 9.0), 2: (disc(150), 9.0)})
    assert two.manager.state(ONE) is not TrackState.LOST


def test_masks_that_merely_touch_are_no_conflict(two: World) -> None:
    assert not two.step({1: (disc(142), 5.0), 2: (disc(150), 9.0)}).retract


def test_a_prompted_object_counts_at_once() -> None:
    world = World()
    assert list(world.step({}, clicked(7, 30)).add) == [1]
    assert world.manager.is_confirmed(ONE)


def test_a_prompt_is_obeyed_also_on_a_track(two: World) -> None:
    assert list(two.step({1: (disc(30), 9.0), 2: (disc(150), 9.0)}, clicked(7, 30)).add) == [3]


def test_a_second_prompt_of_an_object_corrects_it() -> None:
    world = World()
    world.step({}, clicked(7, 30))
    world.step({1: (disc(30), 9.0)})
    again = clicked(7, 34)
    decision = world.step({1: (disc(30), 9.0)}, again)
    assert decision.refresh == {ONE: again}
    assert not decision.add


def test_a_prompted_object_wins_over_a_found_one() -> None:
    world = World()
    world.step({}, seen(disc(30)))
    world.step({1: (disc(30), 12.0)}, clicked(7, 30))
    assert world.step({1: (disc(30), 12.0), 2: (disc(30), 5.0)}).retract == {1}


def test_the_managers_state_holds_what_was_prompted() -> None:
    world = World()
    world.step({}, clicked(7, 30))
    other = World()
    other.manager.load(world.manager.save())
    decision = other.step({1: (disc(30), 9.0)}, clicked(7, 31))
    assert list(decision.refresh) == [1]
