"""How fast engines have been on this installation: measured on the jobs that they finished."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sammot.ports import JobQuery
from sammot.records import Job, JobKind, JobState
from sammot.service.tallies import totals
from sammot.service.world import EngineEntry, World

_JOBS = 200
"""So many of the newest jobs are looked at."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Frames a second of the jobs with these choices: of model, of preset, of what is found.

    No job: those of a trial.
    """

    choices: Mapping[str, Any]
    fps: float
    job_count: int


@dataclass(frozen=True, slots=True)
class Trial:
    """An engine with some of its choices, to be timed."""

    entry: EngineEntry
    choices: Mapping[str, str]

    @property
    def key(self) -> str:
        """Stands for all that makes its speed but the machine."""
        made = ",".join(f"{name}={value}" for name, value in self.choices.items())
        return f"{self.entry.name}/{self.entry.version}/{self.entry.device}/{made}"


def missing_trials(world: World, machine: str) -> list[Trial]:
    """What could be tried out on this machine, and was not yet."""
    known = totals(world.store)["trial_seconds"]
    return [trial for trial in _trials(world) if (*trial.key.split("/"), machine) not in known]


def measured(world: World, user_id: str) -> Mapping[str, list[Speed]]:
    """The speeds of each engine in its present version, by its name; those lately used first, and
    those of trials last.
    """
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
    known = totals(world.store)
    for trial in _trials(world):
        seconds = _sum(known["trial_seconds"], trial)
        if seconds:
            fps = _sum(known["trial_frames"], trial) / seconds
            speeds[trial.entry.name].append(Speed(trial.choices, fps, 0))
    return speeds


def _trials(world: World) -> list[Trial]:
    usable = [entry for entry in world.engines.values() if entry.lack is None]
    return [Trial(entry, choices) for entry in usable for choices in _to_be_tried(entry)]


def _to_be_tried(entry: EngineEntry) -> list[dict[str, str]]:
    """Each of its models; the defaults of an engine without any."""
    choices = {one["name"]: one for one in entry.parameters if one["kind"] == "choice"}
    if "weights" in choices:
        return [{"weights": name} for name in choices["weights"]["choices"]]
    return [{name: one["default"] for name, one in choices.items()}]


def _sum(amounts: Mapping[tuple[str, ...], float], trial: Trial) -> float:
    """Of all machines."""
    key = tuple(trial.key.split("/"))
    return sum(amount for labels, amount in amounts.items() if labels[:-1] == key)


def _choices(entry: EngineEntry, job: Job) -> tuple[tuple[str, Any], ...]:
    """The parameters of a job that are a choice of few: these make the speed."""
    names = [one["name"] for one in entry.parameters if one["kind"] == "choice"]
    return tuple((name, job.parameters.get(name)) for name in names)
