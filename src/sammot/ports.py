"""What the service needs from the world. Each port has an embedded and a service adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from sammot.records import (
    ChunkBounds,
    Job,
    JobKind,
    JobState,
    Page,
    Priority,
    TrackSummary,
    Upload,
    Video,
    VideoStatus,
)

if TYPE_CHECKING:
    from sammot.video import Footage


@dataclass(frozen=True, slots=True)
class VideoQuery:
    """`text` is part of a name, in any case; `sort` is a key of `SORTS`, `-` for descending."""

    user_id: str
    status: VideoStatus | None = None
    text: str = ""
    sort: str = "-upload_time"
    limit: int = 50
    cursor: str | None = None


SORTS = {
    "upload_time": "upload_time",
    "name": "original_filename",
    "duration": "duration",
    "size": "file_size",
}
"""The names a list can be sorted by, and the field of a video that each stands for."""


@dataclass(frozen=True, slots=True)
class JobQuery:
    """Newest first."""

    user_id: str
    state: JobState | None = None
    kind: JobKind | None = None
    video_id: str | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class ChunkContent:
    """What a worker stores of a chunk: its frames, the engine's state after it, the tracks that
    it touched (their summaries from the start of the video).
    """

    payload: bytes
    snapshot: bytes
    tracks: Sequence[TrackSummary]


class Store(Protocol):
    """Videos, jobs, chunks, tracks, uploads: the record that is the truth.

    Every method is atomic unless it says otherwise; all raise Unavailable when the store does
    not answer, and StorageFull when it has no room to write. `get_*` and `update_*` raise
    NotFound. A `change` function is pure, may run more than once, and what it raises leaves the
    record as it was. Every change to a video or to one of its jobs raises the video's
    `revision`; a `change` that changes nothing does not.
    """

    def ping(self) -> None:
        """Raise Unavailable when the store does not answer."""

    def beat_worker(
        self, owner: str, kinds: Sequence[JobKind], now: datetime, until: datetime
    ) -> None:
        """This worker takes jobs of these kinds, and is believed to be alive until then."""

    def live_workers(self, now: datetime) -> Mapping[JobKind, int]:
        """How many workers are alive, by the kinds of jobs they take."""

    def put_upload(self, upload: Upload) -> None:
        """Write, or overwrite."""

    def get_upload(self, upload_id: str) -> Upload: ...

    def update_upload(self, upload_id: str, change: Callable[[Upload], Upload]) -> Upload: ...

    def delete_upload(self, upload_id: str) -> None:
        """Nothing happens where there is none."""

    def expired_uploads(self, now: datetime) -> list[Upload]: ...

    def add_video(self, video: Video, jobs: Sequence[Job]) -> Video:
        """Insert a video with its first jobs, all or nothing.

        Raises:
            Conflict: the id is taken, or the user has a video with the same `sha256` already.

        """

    def get_video(self, video_id: str) -> Video:
        """Deleted videos are not found."""

    def find_video(self, user_id: str, sha256: str) -> Video | None: ...

    def list_videos(self, query: VideoQuery) -> Page[Video]:
        """Raises InvalidInput for a cursor that is not ours."""

    def update_video(self, video_id: str, change: Callable[[Video], Video]) -> Video: ...

    def deleted_videos(self, before: datetime) -> list[Video]:
        """Those deleted before then whose files may still be there."""

    def aged_videos(self, before: datetime) -> list[Video]:
        """Those that came before then, oldest first; neither pinned nor deleted ones."""

    def purge_video(self, video_id: str) -> None:
        """Remove a deleted video's jobs, chunks and tracks, and at last itself.

        What breaks off in the midst is gone on with by doing it again.
        """

    def add_job(self, job: Job, change: Callable[[Video], Video]) -> Job:
        """Insert a job and change its video in the same step; Conflict where the id is taken."""

    def get_job(self, job_id: str) -> Job: ...

    def find_job(self, job_id: str) -> Job | None: ...

    def list_jobs(self, query: JobQuery) -> Page[Job]: ...

    def update_job(self, job_id: str, change: Callable[[Job], Job]) -> Job:
        """Change a job; its video is then `video.showing(job)`, in the same step."""

    def claim_job(
        self, kinds: Sequence[JobKind], now: datetime, change: Callable[[Job], Job]
    ) -> Job | None:
        """Change the queued job that is next (priority, then age) and due; None if there is none.

        Exactly one caller gets each job.
        """

    def expired_jobs(self, now: datetime) -> list[Job]:
        """Running jobs whose lease is over."""

    def queue_positions(self, jobs: Sequence[Job]) -> Mapping[str, int]:
        """How many queued jobs of its kind go before each of these that is queued, by its id."""

    def queue_lengths(self) -> Mapping[tuple[JobKind, JobState, Priority], int]:
        """How many jobs are queued and running, by kind and priority."""

    def tally(self, amounts: Mapping[str, float]) -> None:
        """Add to running totals of these names, each by itself; one that is new begins at 0."""

    def tallies(self) -> Mapping[str, float]:
        """The totals of all time."""

    def put_chunk(
        self,
        job_id: str,
        bounds: ChunkBounds,
        content: ChunkContent,
        change: Callable[[Job], Job],
    ) -> Job:
        """Store a chunk (idempotent by job and chunk) and change the job, in one step."""

    def chunk_bounds(self, job_id: str) -> list[ChunkBounds]: ...

    def get_chunk(self, job_id: str, chunk: int) -> bytes: ...

    def chunks(self, job_id: str, start: int, stop: int | None) -> Iterator[bytes]:
        """The payloads of the chunks that touch frames start <= n < stop, in order, one by one."""

    def get_snapshot(self, job_id: str) -> bytes | None:
        """The engine's state after the last chunk; None before the first."""

    def tracks(self, job_id: str) -> list[TrackSummary]: ...

    def changes_since(self, revision: int) -> tuple[int, list[str]]:
        """The newest revision, and the ids of the videos changed or deleted after `revision`.

        `revision` is 0 or one that this method has told; it is not to be compared with those of
        single videos. However many write at the same time, asking again from what was told
        before misses nothing.
        """


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """A file's size in bytes and a tag that changes with its content."""

    size: int
    etag: str
    modified_at: datetime


class Objects(Protocol):
    """Files by key, such as `videos/{id}/original`. Keys are made by us, never by users."""

    def ping(self) -> None:
        """Raise Unavailable when the storage cannot be written."""

    def free_bytes(self) -> int | None:
        """Room left; None where nobody knows."""

    def create(self, key: str, size: int) -> None:
        """An empty object of at most `size` bytes, to be appended to until it is first read."""

    def append(
        self,
        key: str,
        offset: int,
        parts: Iterable[bytes],
        *,
        undone_by: tuple[type[Exception], ...] = (),
    ) -> int:
        """Add bytes behind `offset`; the new size.

        What came before an error is kept, unless the error is one of `undone_by`: then all that
        this call added is forgotten. The caller sees to it that nobody else appends meanwhile;
        one who is overtaken all the same gets Locked or Conflict, and harms nothing.

        Raises:
            Conflict: the object does not end at `offset`.
            StorageFull: no room; what fitted stays.

        """

    def info(self, key: str) -> ObjectInfo:
        """Raises NotFound."""

    def open(self, key: str) -> BinaryIO:
        """Read, with seek. Raises NotFound."""

    def move(self, source: str, target: str) -> None: ...

    def local(self, key: str) -> AbstractContextManager[Path]:
        """A path to read the object by, valid inside the `with`. Raises NotFound."""

    def footage(self, key: str, share: float) -> AbstractContextManager[Footage]:
        """By what to decode about `share` (0 to 1) of a video, valid inside the `with`.

        Where objects are far away, that may fetch only what is read. Raises NotFound.
        """

    def writing(self, key: str) -> AbstractContextManager[Path]:
        """A path to write to; becomes the object when the `with` ends well, else vanishes."""

    def url(
        self, key: str, content_type: str, seconds: int, *, disposition: str | None
    ) -> str | None:
        """An address by which whoever has it may read the object for so many seconds.

        It is then sent with that `Content-Type` and `Content-Disposition`. None where objects
        have no addresses. Whether there is such an object is not asked.
        """

    def delete(self, prefix: str) -> None:
        """Remove an object, or all below a folder; nothing happens where there is none."""


class Queue(Protocol):
    """Hints to workers that there is work. Losing one costs a delay, never a job.

    Nothing here raises or blocks for long when the queue is away.
    """

    def push(self, job: Job) -> None:
        """This job is queued."""

    def top_up(self, waiting: Mapping[tuple[JobKind, Priority], int]) -> None:
        """So many jobs are queued: hint again for those whose hint was lost."""


class Subscription(Protocol):
    """Hints to one watcher."""

    def wait(self, timeout: float) -> set[str]:
        """The ids of the videos that may have changed since the last call; empty on time-out."""


class Events(Protocol):
    """Hints to watchers that records have changed."""

    def ping(self) -> None:
        """Raise Unavailable when hints are late because what carries them does not answer."""

    def publish(self, video_id: str) -> None: ...

    def subscribe(self, video_id: str | None) -> AbstractContextManager[Subscription]:
        """Watch one video, or all; nothing that happens after this is missed."""


class Cache(Protocol):
    """Copies of answers, under keys that name the version of what they were made from.

    So an answer is never wrong, only absent. Nothing here raises or blocks for long.
    """

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, content: bytes, seconds: float) -> None:
        """Keep it for so long at most."""
