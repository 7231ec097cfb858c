"""An object keeps its number: while it rests, while it touches another, and while it is hidden."""

from __future__ import annotations

from motion_clips import Truth, identities, track_scene

from sammot.scenes import Actor, Scene, Shot, Turn, Waypoint
from sammot.tracking.track import FrameResult

RED, BLUE, AMBER, BROWN = (196, 44, 40), (36, 84, 190), (236, 170, 36), (120, 86, 60)


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
