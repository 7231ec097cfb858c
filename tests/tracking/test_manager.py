from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sammot.tracking.frame import Frame
from sammot.tracking.manager import Decision, TrajectoryManager
from sammot.tracking.manager_config import ManagerConfig
from sammot.tracking.mask import Box, Mask
from sammot.tracking.track import Detection, Origin, Prediction, TrackId, TrackState

SHAPE = (100, 200)


def disc(x: float, y: float, radius: float = 10) -> Mask:
    rows, columns = np.indices(SHAPE)
    return (columns - x) ** 2 + (rows - y) ** 2 < radius**2


def frame(index: int) -> Frame:
    return Frame(index, index / 25, np.zeros((*SHAPE, 3), np.uint8))


def seen(mask: Mask, origin: Origin = Origin.DETECTED) -> Detection:
    return Detection(Box.around(mask), 1.0, mask=mask, origin=origin)


class World:
    """A manager with a propagator that believes what it is told."""

    def __init__(self, **config: float) -> None:
        self.manager = TrajectoryManager(ManagerConfig(**config))  # type: ignore[arg-type]
        self.index = 0

    def step(self, predictions: dict[int, Mask], *masks: Mask, score: float = 1.0) -> Decision:
        believed = {TrackId(id_): Prediction(mask, score) for id_, mask in predictions.items()}
        self.index += 1
        return self.manager.update(frame(self.index), believed, [seen(mask) for mask in masks])


@pytest.fixture
def walker() -> World:
    """Track 1 has gone from x = 30 to 88 and is confirmed."""
    world = World(tolerance=5)
    world.step({}, disc(30, 50))
    for step in range(30):
        world.step({1: disc(30 + 2 * step, 50)})
    return world


def test_a_detection_in_free_area_becomes_a_track() -> None:
    assert list(World().step({}, disc(30, 50)).add) == [1]


def test_ids_are_never_used_again() -> None:
    world = World(doubtful_tolerance=0)
    world.step({}, disc(30, 50))
    assert world.step({}).drop == {1}
    assert list(world.step({}, disc(30, 50)).add) == [2]


def test_a_detection_on_a_track_is_not_added(walker: World) -> None:
    assert not walker.step({1: disc(90, 50)}, disc(90, 50)).add


def test_what_moves_is_confirmed(walker: World) -> None:
    assert walker.manager.is_confirmed(TrackId(1))


def test_what_trembles_in_place_is_not_confirmed() -> None:
    world = World(reliable=2.0)
    world.step({}, disc(30, 50, 6))
    for step in range(60):
        world.step({1: disc(30 + 2 * (step % 2), 50, 6)})
    assert not world.manager.is_confirmed(TrackId(1))


def goes_along(at_rest: float) -> TrajectoryManager:
    """The camera pans by two pixels a frame; the track shifts by `at_rest` of that."""
    manager = TrajectoryManager(ManagerConfig(confirms_at_rest=False))
    manager.update(frame(0), {}, [seen(disc(100, 50))])
    x = 100.0
    for index in range(1, 31):
        rest, x = (x - 2, 50.0), x - 2 * at_rest
        manager.update(frame(index), {TrackId(1): Prediction(disc(x, 50), 1.0, rest=rest)}, [])
    return manager


def test_what_shifts_as_the_camera_makes_it_has_not_travelled() -> None:
    assert not goes_along(at_rest=1).is_confirmed(TrackId(1))


def test_what_the_camera_follows_has_travelled() -> None:
    assert goes_along(at_rest=0).is_confirmed(TrackId(1))


def test_what_is_real_is_confirmed_at_rest_unless_that_is_ruled_out() -> None:
    confirmed = []
    for confirms_at_rest in (True, False):
        world = World(confirms_at_rest=confirms_at_rest)
        world.step({}, disc(30, 50))
        for _ in range(30):
            world.step({1: disc(30, 50)})
        confirmed.append(world.manager.is_confirmed(TrackId(1)))
    assert confirmed == [True, False]


def test_a_lost_track_is_dropped_after_tolerance(walker: World) -> None:
    dropped = [walker.step({}).drop for _ in range(6)]
    assert dropped == [set()] * 5 + [{1}]


def test_a_hidden_track_is_lost_and_comes_back(walker: World) -> None:
    walker.step({})
    assert walker.manager.state(TrackId(1)) is TrackState.LOST
    walker.step({1: disc(92, 50)})
    assert walker.manager.state(TrackId(1)) is TrackState.RELIABLE


def test_a_track_with_the_outline_of_the_background_is_a_ghost() -> None:
    world = World()
    world.step({}, disc(30, 50))
    drops = [world.step({1: disc(30, 50)}, score=0.0).drop for _ in range(12)]
    assert {1} in drops


def test_a_part_beside_a_larger_track_joins_it(walker: World) -> None:
    decision = walker.step({1: disc(90, 50)}, disc(90, 62, 2.5))
    assert not decision.add
    mask = decision.refresh[TrackId(1)].mask
    assert mask is not None
    assert mask[63, 90]
    assert mask[50, 90]


def test_a_track_is_refreshed_with_itself_and_its_part_and_no_more(walker: World) -> None:
    track, part = disc(90, 50), disc(90, 62, 2.5)
    refresh = walker.step({1: track}, part).refresh
    assert refresh.keys() == {1}
    np.testing.assert_array_equal(refresh[TrackId(1)].mask, track | part)
    assert not walker.step({1: track | part}, track | part).refresh


def test_a_prompt_begins_a_track_and_a_second_one_refreshes_it() -> None:
    world = World()
    first, second = (replace(seen(disc(x, 50), Origin.PROMPTED), subject=7) for x in (30, 35))
    assert world.manager.update(frame(0), {}, [first]).add == {TrackId(1): first}
    believed = {TrackId(1): Prediction(disc(30, 50), 1.0)}
    decision = world.manager.update(frame(1), believed, [second])
    assert (decision.add, decision.refresh) == ({}, {TrackId(1): second})


def test_a_part_that_a_track_let_go_of_is_not_given_back(walker: World) -> None:
    part = seen(disc(90, 64, 3), Origin.PROPAGATED)
    decision = walker.manager.update(frame(99), {TrackId(1): Prediction(disc(90, 50), 1.0)}, [part])
    assert list(decision.add) == [2]


def test_of_two_tracks_with_one_mask_the_elder_stays(walker: World) -> None:
    walker.step({1: disc(90, 50)}, disc(150, 50))
    decision = walker.step({1: disc(90, 50), 2: disc(90, 50)})
    assert decision.drop == {2}


def test_a_manager_goes_on_from_its_saved_state(walker: World) -> None:
    other = TrajectoryManager(walker.manager.config)
    other.load(walker.manager.save())
    believed = {TrackId(1): Prediction(disc(90, 50), 1.0)}
    new = [seen(disc(150, 50))]
    first = walker.manager.update(frame(99), believed, new)
    assert other.update(frame(99), believed, new).add.keys() == first.add.keys()
    assert other.save() == walker.manager.save()


def beside(world: World, frames: int, x: float = 88) -> Decision:
    """A small track that another let go of dances beside the walker, who goes on from `x`."""
    ways = [(11, -3), (9, 6), (11, 1), (8, 8)]
    for step in range(frames):
        across, down = ways[step % 4]
        place = x + 2 * step
        small = disc(place - across, 50 + down, 3)
        if step:
            decision = world.step({1: disc(place, 50), 2: small})
        else:
            believed = {TrackId(1): Prediction(disc(place, 50), 1.0)}
            part = seen(small, Origin.PROPAGATED)
            decision = world.manager.update(frame(world.index), believed, [part])
    return decision


def test_a_small_track_that_never_leaves_a_larger_one_is_a_part_of_it(walker: World) -> None:
    decision = beside(walker, 14)
    assert not walker.manager.is_confirmed(TrackId(2))
    assert decision.attached == {2: 1}


def test_a_small_track_that_leaves_a_larger_one_is_an_object(walker: World) -> None:
    beside(walker, 14)
    for step in range(8):
        decision = walker.step({1: disc(116, 50), 2: disc(100 - 10 * step, 50 - 4 * step, 3)})
    assert walker.manager.is_confirmed(TrackId(2))
    assert not decision.attached


def test_what_came_from_afar_is_an_object_beside_a_larger_one_as_well(walker: World) -> None:
    walker.step({1: disc(90, 50)}, disc(10, 20, 3))
    for step in range(7):
        walker.step({1: disc(90, 50), 2: disc(17 + 7 * step, 24 + 4 * step, 3)})
    for step in range(8):
        decision = walker.step({1: disc(90, 50), 2: disc(78, 52 + step % 2, 3)})
    assert walker.manager.is_confirmed(TrackId(2))
    assert not decision.attached
