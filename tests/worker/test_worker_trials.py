"""Engines are tried out on a generated clip, by idle workers, once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import fake_engine
from records_help import T0, a_job, a_video
from sammot import bootstrap
from sammot.engines import engines
from sammot.errors import OutOfMemory
from sammot.service import EngineEntry, Lack, LackKind, Service
from sammot.service.speeds import Trial, measured, missing_trials
from sammot.service.tallies import count_trial
from sammot.settings import Settings
from sammot.tracking.engine import Engine
from sammot.worker import trials
from world import a_service

MODELS = {"name": "weights", "kind": "choice", "default": "small", "choices": ["small", "large"]}


SMALL = (160, 90)
"""Width and height of the clip."""


def idle() -> None:
    """Instead of a pause."""


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return a_service(tmp_path, replace(fake_engine.entry(), parameters=[MODELS]))


def test_every_model_is_tried_once_on_each_machine(service: Service) -> None:
    trials.run(service, "here", pause=idle, size=SMALL)
    speeds = measured(service.world, "local")["fake"]
    assert [speed.choices for speed in speeds] == [{"weights": "small"}, {"weights": "large"}]
    assert all(speed.fps > 0 and speed.job_count == 0 for speed in speeds)
    before = service.world.store.tallies()
    trials.run(service, "here", pause=lambda: pytest.fail("nothing is left"))
    assert service.world.store.tallies() == before
    assert len(missing_trials(service.world, "elsewhere")) == 2


def test_another_version_or_device_is_tried_again(service: Service) -> None:
    trials.run(service, "here", pause=idle, size=SMALL)
    entry = service.world.engines["fake"]
    for changed in (replace(entry, version="2"), replace(entry, device="cuda:1")):
        world = replace(service.world, engines={"fake": changed})
        assert len(missing_trials(world, "here")) == 2
        assert measured(world, "local") == {}


def test_what_cannot_run_is_not_tried(tmp_path: Path) -> None:
    lack = Lack(LackKind.WEIGHTS, "There are none", "fetch them")
    service = a_service(tmp_path, replace(fake_engine.entry(), lack=lack))
    assert missing_trials(service.world, "here") == []


def test_a_trial_gives_way_to_a_job(service: Service) -> None:
    service.world.store.add_video(a_video(), [a_job()])
    entry = service.world.engines["fake"]
    with pytest.raises(trials.Wanted):
        trials.measure(service, Trial(entry, {"weights": "small"}), size=SMALL)


def test_a_trial_that_was_given_up_is_made_when_no_job_is_left(service: Service) -> None:
    store, pauses = service.world.store, list[int]()

    def pause() -> None:
        pauses.append(len(measured(service.world, "local")))
        if len(pauses) == 1:
            store.add_video(a_video(), [a_job()])
        if len(pauses) == 3:
            store.update_job(a_job().id, lambda job: job.cancelled(T0))

    trials.run(service, "here", pause=pause, size=SMALL)
    assert pauses == [0, 0, 0, 1]


@pytest.mark.parametrize("error", [OutOfMemory("The model does not fit."), RuntimeError("Odd.")])
def test_an_engine_that_fails_is_left_out(tmp_path: Path, error: Exception) -> None:
    def create(*_: object) -> Engine:
        raise error

    broken = replace(fake_engine.entry(), name="broken", create=create)
    service = a_service(tmp_path, broken, fake_engine.entry())
    trials.run(service, "here", pause=idle, size=SMALL)
    assert measured(service.world, "local").keys() == {"fake"}


def test_an_engine_that_takes_prompts_is_shown_an_object(tmp_path: Path) -> None:
    seen: list[dict[str, Any]] = []

    def complete(given: Mapping[str, Any]) -> dict[str, Any]:
        seen.append(dict(given))
        return dict(given)

    entry = replace(fake_engine.entry(), complete=complete, takes_prompts=True)
    service = a_service(tmp_path, entry)
    trials.measure(service, Trial(entry, {}), size=SMALL)
    (shown,) = seen[0]["prompts"]
    x, y, width, height = shown["box"]
    assert 0 <= x < x + width <= SMALL[0]
    assert 0 <= y < y + height <= SMALL[1]


def test_motion_is_tried_with_its_defaults(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    motion: EngineEntry = engines(settings)["motion"]
    service = a_service(tmp_path, motion)
    (trial,) = missing_trials(service.world, "here")
    assert trial.choices == {"find": "movement", "preset": "balanced", "camera": "auto"}
    frame_count, seconds = trials.measure(service, trial, size=SMALL)
    assert frame_count >= 2
    assert seconds > 0


def test_trials_are_begun_unless_all_were_made_or_nobody_wants_them(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, speed_trials=True)
    service = bootstrap.service(settings)
    trials.begin(settings.model_copy(update={"speed_trials": False}), service)
    assert multiprocessing.active_children() == []
    machine = trials.machine_of(settings)
    for trial in missing_trials(service.world, machine):
        count_trial(service.world.store, trial.key, machine, 60, 2.0)
    trials.begin(settings, service)
    assert multiprocessing.active_children() == []
    (speed,) = measured(service.world, "local")["motion"]
    assert speed.fps == 30.0
