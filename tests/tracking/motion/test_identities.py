"""An object keeps its number: while it rests, while it touches another, and while it is hidden."""

from __future__ import annotations

import pytest
from motion_clips import Truth, identities, track_scene

from sammot.scenes import Actor, Scene, Shot, Turn, Waypoint
from sammot.tracking.track import FrameResult

RED, BLUE, AMBER, BROWN, SKIN = (
    (196, 44, 40), (36, 84, 190), (236, 170, 36), (120, 86, 60), (214, 160, 130),
)  # fmt: skip


def path(*points: tuple[float, float, float]) -> tuple[Waypoint, ...]:
    return tuple(Waypoint(*point) for point in points)


def track_shot(*actors: Actor, seconds: float) -> tuple[Truth, list[FrameResult]]:
    shot = Shot(actors, seconds)
    return track_scene(Scene((shot,), 320, 180, 30.0, round(30 * seconds), noise=2.0))


def test_an_object_that_moved_stays_tracked_while_it_rests() -> None:
    truth, results = track_shot(
        Actor("car", (0.26, 0.13), BLUE, path((0, -0.2, 0.3), (1, 0.4, 0.4), (5, 0.4, 0.4)),
              Turn.HEADING),
        Actor("disc", (0.16, 0.16), RED, path((0, 1.2, 0.8), (1.2, 0.6, 0.7), (5, 0.6, 0.7))),
        seconds=5,
    )  # fmt: skip
    found = identities(truth, results)
    assert sorted(set(seen).pop() for seen in found.values()) == [1, 2]
    for seen in found.values():
        assert len(set(seen)) == 1
        assert len(seen) >= 0.97 * sum(seen[0] in one for one in truth.values())


@pytest.mark.parametrize("seconds", [0.7, 1.0, 1.5, 1.8])
def test_an_object_that_passes_behind_a_wall_keeps_its_number(seconds: float) -> None:
    wall = Actor("post", (0.8, 1.2), BROWN, path((0, 0.5, 0.5)), scenery=True)
    speed = (0.8 - 0.2) * 9 / 16 / seconds
    ball = Actor(
        "ball", (0.2, 0.2), RED, path((0, 0.5 - 2 * speed, 0.5), (4, 0.5 + 2 * speed, 0.5)),
        Turn.ROLLING,
    )  # fmt: skip
    truth, results = track_shot(ball, wall, seconds=4)
    seen = [frame for frame, masks in truth.items() if masks]
    hidden = seen[-1] - seen[0] + 1 - len(seen)
    assert hidden / 30 == pytest.approx(seconds, abs=0.1)
    assert len(identities(truth, results)) == 1


@pytest.mark.parametrize("colours", [(RED, BLUE), (AMBER, AMBER)], ids=["unlike", "look-alikes"])
@pytest.mark.parametrize("ends", [(0.72, 0.3), (0.3, 0.72)], ids=["they pass", "they turn back"])
def test_objects_that_touch_keep_their_numbers(
    colours: tuple[tuple[int, int, int], ...], ends: tuple[float, float]
) -> None:
    first = path((0, 0.1, 0.3), (2, 0.48, 0.42), (4, 0.9, ends[0]))
    second = path((0, 0.1, 0.72), (2, 0.52, 0.55), (4, 0.9, ends[1]))
    actors = (
        Actor("disc", (0.2, 0.2), colour, way)
        for colour, way in zip(colours, (first, second), strict=True)
    )
    truth, results = track_shot(*actors, seconds=4)
    found = identities(truth, results).values()
    assert sorted(seen[0] for seen in found) == [1, 2]
    for seen in found:
        assert seen.count(seen[0]) >= 0.9 * len(truth)
        assert seen[-1] == seen[0]


def test_what_a_larger_object_covers_keeps_its_number_and_gives_it_to_nobody() -> None:
    duck = Actor("duck", (0.15, 0.115), AMBER, path((0, 0.6, 0.5), (4, 0.4, 0.5)), Turn.HEADING)
    car = Actor("car", (0.26, 0.15), BLUE, path((0, -0.1, 0.3), (2, 0.5, 0.5), (4, 1.1, 0.7)))
    truth, results = track_shot(duck, car, seconds=4)
    found = identities(truth, results)
    assert sorted(set(seen) - {0} for seen in found.values()) == [{1}, {2}]
    for seen in found.values():
        # A rim that still shows may be missed, or its mask may be wrong.
        assert seen.count(0) <= 5
        assert len(seen) >= 0.9 * len(truth)


@pytest.mark.parametrize("is_behind", [False, True], ids=["in front", "behind"])
def test_an_arm_that_takes_a_thing_moves_it_and_lets_go_is_an_object_of_its_own(
    *, is_behind: bool
) -> None:
    thing = Actor(
        "disc", (0.24, 0.24), RED,
        path((0, -0.1, 0.5), (1, 0.35, 0.5), (2.2, 0.35, 0.5), (3.4, 0.55, 0.55), (5, 0.55, 0.55)),
    )  # fmt: skip
    arm = Actor(
        "post", (1.1, 0.14), SKIN,
        path((0, 1.5, 0.5), (1.2, 1.5, 0.5), (2.2, 0.73, 0.5), (3.4, 0.93, 0.55), (4.4, 1.5, 0.5)),
    )  # fmt: skip
    actors = (arm, thing) if is_behind else (thing, arm)
    truth, results = track_shot(*actors, seconds=5)
    found = identities(truth, results).values()
    assert sorted((set(seen) - {0} for seen in found), key=min) == [{1}, {2}]
    # As above, of the arm's end where it leaves.
    assert max(seen.count(0) for seen in found) <= 5
