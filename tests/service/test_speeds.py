from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import fake_engine
from records_help import a_job, a_video
from sammot.records import JobState
from sammot.service import World
from sammot.service.speeds import Speed, measured
from world import a_service

PRESET = {"name": "preset", "kind": "choice", "default": "fast", "choices": ["fast", "slow"]}
DEPTH = {"name": "depth", "kind": "integer"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    entry = replace(fake_engine.entry(), parameters=[PRESET, DEPTH])
    return a_service(tmp_path, entry).world


def finish(world: World, job_id: str, frames: int, seconds: float, **fields: Any) -> None:
    video_id = f"video of {job_id}"
    known = {"engine": "fake", "state": JobState.COMPLETED, "frames_done": frames} | fields
    job = a_job(job_id, video_id, processing_seconds=seconds, **known)
    world.store.add_video(a_video(video_id), [job])


def test_the_speed_of_an_engine_is_that_of_its_finished_jobs(world: World) -> None:
    finish(world, "a", 100, 10.0)
    finish(world, "b", 50, 2.5)
    assert measured(world, "local") == {"fake": [Speed({"preset": "fast"}, 12.0, 2)]}


def test_each_choice_has_its_own_speed_and_numbers_do_not_matter(world: World) -> None:
    finish(world, "a", 100, 10.0, parameters={"preset": "fast", "depth": 1})
    finish(world, "b", 100, 10.0, parameters={"preset": "fast", "depth": 2})
    finish(world, "c", 100, 50.0, parameters={"preset": "slow", "depth": 1})
    speeds = {speed.choices["preset"]: speed for speed in measured(world, "local")["fake"]}
    assert speeds["fast"].job_count == 2
    assert speeds["slow"].fps == 2.0


@pytest.mark.parametrize(
    "fields",
    [
        {"state": JobState.FAILED},
        {"state": JobState.RUNNING},
        {"engine_version": "0"},
        {"engine": "gone"},
        {"user_id": "somebody else"},
        {"processing_seconds": 0.0},
    ],
)
def test_what_says_nothing_of_the_present_engine_is_left_out(
    world: World, fields: dict[str, Any]
) -> None:
    job = {"engine": "fake", "state": JobState.COMPLETED, "frames_done": 9} | fields
    seconds = job.pop("processing_seconds", 1.0)
    world.store.add_video(a_video(), [a_job(processing_seconds=seconds, **job)])
    assert measured(world, "local") == {}
