from __future__ import annotations

import pytest
from motion_clips import clip_of, previews_of, track

from sammot.errors import InvalidInput
from sammot.tracking import motion
from sammot.tracking.frame import Frame


@pytest.mark.parametrize("camera", ["fixed", "moving"])
@pytest.mark.parametrize("cut", [1, 40, 71])
def test_a_restored_engine_goes_on_as_if_never_stopped(
    two_discs: list[Frame], cut: int, camera: str
) -> None:
    clip, previews = clip_of(two_discs), previews_of(two_discs)
    first = motion.create({"camera": camera}, clip, previews)
    list(first.track(two_discs[:cut]))
    second = motion.create({"camera": camera}, clip, previews)
    second.restore(first.snapshot())
    for start in range(cut, len(two_discs), 17):
        chunk = two_discs[start : start + 17]
        assert list(first.track(chunk)) == list(second.track(chunk))
        assert first.snapshot() == second.snapshot()


def test_the_same_clip_gives_the_same_results(two_discs: list[Frame]) -> None:
    assert track(two_discs) == track(two_discs)


def test_bytes_that_are_no_snapshot_are_refused(two_discs: list[Frame]) -> None:
    engine = motion.create({}, clip_of(two_discs), previews_of(two_discs))
    with pytest.raises(InvalidInput):
        engine.restore(b"nothing of ours")


def test_a_damaged_snapshot_is_refused(two_discs: list[Frame]) -> None:
    engine = motion.create({}, clip_of(two_discs), previews_of(two_discs))
    with pytest.raises(InvalidInput):
        engine.restore(engine.snapshot()[:-9])
