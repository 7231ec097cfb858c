"""Trying engines out while there is nothing to do: so their speed is known before a first job."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from multiprocessing import get_context, parent_process
from typing import Any

import numpy as np
import structlog

from sammot import bootstrap, logs, scenes
from sammot.errors import SamMotError
from sammot.scenes import Scene
from sammot.service import Service
from sammot.service.speeds import Trial, missing_trials
from sammot.service.tallies import count_trial
from sammot.settings import Settings
from sammot.tracking.mask import Box
from sammot.worker.processes import constrain

SIZE = (1280, 720)
"""Width and height of the clip that is tracked."""
PREVIEWS = 32
"""Frames that an engine may look at before, as for a video."""
MOST = 60
SECONDS = 1.5
"""After so many frames or so long an engine is not given more, of which each time twice as many
as before.
"""
_PAUSE_SECONDS = 2.0

log = structlog.get_logger()


class Wanted(Exception):
    """There is work to do: the trial is given up."""


def begin(settings: Settings, service: Service) -> None:
    """Try out, in a process of its own, what was never tried on this machine."""
    if settings.speed_trials and missing_trials(service.world, machine_of(settings)):
        get_context("spawn").Process(target=_do, args=(settings,), daemon=True).start()


def machine_of(settings: Settings) -> str:
    """What this machine's trials are kept under. Those of the service profile count as one: users
    cannot choose among them, and containers have a new name at each start.
    """
    return platform.node() if settings.profile == "embedded" else settings.profile


def _do(settings: Settings) -> None:
    """All that happens in that process, which gives way to jobs as that of the copies does."""
    logs.configure(settings.log_level)
    constrain(settings, [])
    try:
        service = bootstrap.service(settings)
        run(service, machine_of(settings), pause=lambda: time.sleep(_PAUSE_SECONDS))
    except SamMotError as error:  # a measurement: it is lost
        log.warning("no trials", reason=str(error))


def run(
    service: Service,
    machine: str,
    *,
    pause: Callable[[], object],
    size: tuple[int, int] = SIZE,
) -> None:
    """Time what this machine has not timed yet, one after the other, while there is no job."""
    given_up: list[str] = []
    while missing := [
        trial for trial in missing_trials(service.world, machine) if trial.key not in given_up
    ]:
        pause()
        parent = parent_process()
        if parent is not None and not parent.is_alive():
            return
        trial = missing[0]
        try:
            with trial.entry.reserve(lambda: require_idleness(service)):
                frame_count, seconds = measure(service, trial, size=size)
        except Wanted:
            continue
        except Exception as error:  # a job would be told the same
            log.warning("trial failed", trial=trial.key, exc_info=error)
            given_up.append(trial.key)
            continue
        count_trial(service.world.store, trial.key, machine, frame_count, seconds)
        log.info("trial", trial=trial.key, fps=round(frame_count / seconds, 1))


def measure(service: Service, trial: Trial, *, size: tuple[int, int] = SIZE) -> tuple[int, float]:
    """Track a generated clip: how many frames in how many seconds, the first frame left out.

    Drawing the frames does not count, nor does what an engine does once for a clip.

    Raises:
        Wanted: there is a job.

    """
    scene = scenes.make("demonstration", width=size[0], height=size[1])
    require_idleness(service)
    looks = np.linspace(0, len(scene) - 1, PREVIEWS).round().astype(int)
    previews = [scene.render(int(index))[0] for index in looks]
    engine = trial.entry.create(_parameters(trial, scene), scene.info, previews)
    list(engine.track([scene.render(0)[0]]))
    done, count, spent = 1, 2, 0.0
    while spent < SECONDS and done < MOST:
        frames = [scene.render(index)[0] for index in range(done, done + count)]
        require_idleness(service)
        started = time.monotonic()
        list(engine.track(frames))
        spent += time.monotonic() - started
        done, count = done + count, 2 * count
    require_idleness(service)
    return done - 1, spent


def _parameters(trial: Trial, scene: Scene) -> dict[str, Any]:
    """The choices, and a box around the largest object where one must be shown."""
    given: dict[str, Any] = dict(trial.choices)
    if trial.entry.takes_prompts and "find" not in trial.choices:
        largest = max(scene.render(0)[1].values(), key=np.count_nonzero)
        box = Box.around(largest)
        shown = [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1]
        given["prompts"] = [{"object": 1, "frame": 0, "box": shown}]
    return trial.entry.complete(given)


def require_idleness(service: Service) -> None:
    """Raise Wanted where any job waits or runs."""
    if any(service.world.store.queue_lengths().values()):
        raise Wanted
