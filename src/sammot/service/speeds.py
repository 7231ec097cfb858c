"""How fast engines have been on this installation: measured on the jobs that they finished."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sammot.ports import JobQuery
from sammot.records import Job, JobKind, JobState
from sammot.service.world import EngineEntry, World

_JOBS = 200
"""So many of the newest jobs are looked at."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Frames a second of the jobs with these choices: of model, of preset, of what is found."""

    choices: Mapping[str, Any]
    fps: float
    job_count: int


def measured(world: World, user_id: str) -> Mapping[str, list[Speed]]:
    """The speeds of each engine in its present version, by its name; those lately used first."""
    query = JobQuery(user_id, JobState.COMPLETED, JobKind.TRACK, limit=_JOBS)
    alike: defaultdict[tuple[str, tuple[tuple[str, Any], ...]], list[Job]] = defaultdict(list)
    for job in world.store.list_jobs(query).items:
        entry = world.engines.get(job.engine)
        if entry and entry.version == job.engine_version and job.processing_seconds > 0:
            alike[job.engine, _choices(entry, job)].append(job)
    speeds: defaultdict[str, list[Speed]] = defaultdict(list)
    for (engine, choices), jobs in alike.items():
        seconds = sum(job.processing_seconds for job in jobs)
        fps = sum(job.frames_done for job in jobs) / seconds
        speeds[engine].append(Speed(dict(choices), fps, len(jobs)))
    return speeds


def _choices(entry: EngineEntry, job: Job) -> tuple[tuple[str, Any], ...]:
    """The parameters of a job that are a choice of few: these make the speed."""
    names = [one["name"] for one in entry.parameters if one["kind"] == "choice"]
    return tuple((name, job.parameters.get(name)) for name in names)
