from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from sammot.errors import NotFound, UnknownEngine
from sammot.ports import Cache, Events, Objects, Queue, Store
from sammot.records import Job, Upload, Video
from sammot.video import Limits

if TYPE_CHECKING:
    from sammot.tracking.engine import EngineFactory

Record = TypeVar("Record", Video, Job, Upload)


class LackKind(StrEnum):
    """What an engine may lack."""

    PACKAGES = "packages"
    WEIGHTS = "weights"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Lack:
    """Why an engine cannot be used here, and the one thing to type that mends it."""

    kind: LackKind
    words: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.words}: {self.remedy}"


def _nothing(_waiting: Callable[[], object]) -> AbstractContextManager[object]:
    return nullcontext()


@dataclass(frozen=True, slots=True)
class EngineModel:
    """Published weights that an engine can take."""

    name: str
    repository: str
    licence: str
    is_gated: bool
    """Whether the licence must be accepted where they are published."""
    is_here: bool


@dataclass(frozen=True, slots=True)
class EngineEntry:
    """An engine that users may choose.

    `parameters` describes each parameter for forms (name, kind, default, minimum, maximum,
    choices, unit, help). `complete` fills the defaults in and raises InvalidInput.
    """

    name: str
    version: str
    title: str
    description: str
    parameters: Sequence[Mapping[str, Any]]
    complete: Callable[[Mapping[str, Any]], dict[str, Any]]
    create: EngineFactory
    lack: Lack | None = None
    """None when it can be used here."""
    takes_prompts: bool = False
    """Whether users may show it objects, as the parameter `prompts`."""
    reserve: Callable[[Callable[[], object]], AbstractContextManager[object]] = _nothing
    """Within, engines may be made and track: nobody else computes on their device. What it is given
    is called again and again while none is free; what that raises ends the waiting.
    """
    device: str = ""
    """What it computes on, as far as the settings tell: speeds on others do not count."""
    models: Sequence[EngineModel] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits under which the service works. Sizes are bytes."""

    limits: Limits
    max_bytes: int
    min_free_bytes: int
    upload_expiry: timedelta
    lease: timedelta
    max_attempts: int
    backoff: timedelta
    retention: timedelta | None = None
    """Videos that are older are deleted; None: never."""
    span_frames: int = 0
    """Clips of at least twice as many are cut after so many, for several workers; 0: never."""

    @property
    def beat_seconds(self) -> float:
        """How often the holder of a lease says that it lives."""
        return max(0.1, self.lease.total_seconds() / 4)


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside the use cases, chosen once by the composition root."""

    store: Store
    objects: Objects
    queue: Queue
    events: Events
    cache: Cache
    engines: Mapping[str, EngineEntry]
    policy: Policy
    now: Callable[[], datetime] = field(default=_now)
    new_id: Callable[[], str] = field(default=_new_id)

    def engine(self, name: str) -> EngineEntry:
        """Raises UnknownEngine, saying which there are or why this one cannot run."""
        return chosen(self.engines, name)

    def announce(self, job: Job) -> None:
        """Hint that a job is waiting and that its video has changed."""
        self.queue.push(job)
        self.events.publish(job.video_id)


def chosen(engines: Mapping[str, EngineEntry], name: str) -> EngineEntry:
    """The engine of a name. Raises UnknownEngine: which there are, or why this cannot run."""
    entry = engines.get(name)
    if entry is None:
        names = ", ".join(sorted(engines))
        raise UnknownEngine(f"There is no engine {name!r}; there are: {names}.")
    if entry.lack is not None:
        raise UnknownEngine(f"{entry.lack}")
    return entry


def original_key(video_id: str) -> str:
    """The file as it came."""
    return f"videos/{video_id}/original"


def proxy_key(video_id: str) -> str:
    """The copy that browsers can play, where they cannot play the original."""
    return f"videos/{video_id}/proxy.mp4"


def poster_key(video_id: str) -> str:
    """A still picture for lists."""
    return f"videos/{video_id}/poster.webp"


def timeline_key(video_id: str) -> str:
    """The times of all frames: little-endian float64 seconds."""
    return f"videos/{video_id}/timeline.f64"


def annotated_key(video_id: str, job_id: str) -> str:
    """The video with a tracking job's results drawn in."""
    return f"videos/{video_id}/{job_id}/annotated.mp4"


def upload_key(upload_id: str) -> str:
    """The bytes of an upload that is not complete."""
    return f"uploads/{upload_id}"


def owned(record: Record, user_id: str, kind: str) -> Record:
    """The record itself. Raises NotFound when it is somebody else's."""
    if record.user_id != user_id:
        raise NotFound(f"There is no such {kind}.")
    return record
