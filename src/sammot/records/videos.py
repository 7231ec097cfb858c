from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sammot.errors import Locked
from sammot.records.jobs import Job, JobKind, JobSpec, JobState


class VideoStatus(StrEnum):
    """What a video's owner sees: the state of its current tracking job."""

    UPLOADED = "uploaded"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Playable(StrEnum):
    """Whether a browser can play the video (or its proxy) now."""

    READY = "ready"
    PREPARING = "preparing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Video:
    """A video and what its owner sees of its processing."""

    id: str
    user_id: str
    original_filename: str
    storage_path: str
    file_size: int
    sha256: str
    upload_time: datetime
    duration: float
    container: str
    codec: str
    width: int
    height: int
    rotation: int
    fps: float
    frame_count: int
    has_audio: bool
    browser_playable: bool
    warnings: tuple[str, ...] = ()
    status: VideoStatus = VideoStatus.UPLOADED
    playable: Playable = Playable.READY
    processing_start_time: datetime | None = None
    processing_end_time: datetime | None = None
    error_message: str | None = None
    error_code: str | None = None
    result_path: str | None = None
    pinned: bool = False
    """Stays, however old it grows."""
    job_id: str | None = None
    revision: int = 0
    deleted_at: datetime | None = None
    """Deleted videos are invisible at once and purged a little later."""

    def showing(self, job: Job) -> Video:
        """The video as its owner should see it after `job` took a step."""
        if job.kind is JobKind.PROXY:
            return replace(self, playable=_PLAYABLE.get(job.state, Playable.PREPARING))
        if job.kind is JobKind.RENDER or job.id != self.job_id:
            return self
        waiting = job.state is JobState.QUEUED and job.attempt == 0 and job.chunk_count == 0
        counted = job.frame_count if job.state is JobState.COMPLETED else None
        return replace(
            self,
            status=VideoStatus.UPLOADED if waiting else _STATUS[job.state],
            processing_start_time=job.started_at,
            processing_end_time=job.finished_at,
            error_message=job.error_message,
            error_code=job.error_code,
            result_path=f"jobs/{job.id}" if job.chunk_count else None,
            frame_count=self.frame_count if counted is None else counted,
        )


_STATUS = {
    JobState.QUEUED: VideoStatus.PROCESSING,
    JobState.RUNNING: VideoStatus.PROCESSING,
    JobState.COMPLETED: VideoStatus.COMPLETED,
    JobState.FAILED: VideoStatus.FAILED,
    JobState.CANCELLED: VideoStatus.CANCELLED,
}
_PLAYABLE = {
    JobState.COMPLETED: Playable.READY,
    JobState.FAILED: Playable.FAILED,
    JobState.CANCELLED: Playable.FAILED,
}


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload under way; its bytes so far lie under `uploads/{id}`.

    Whoever writes it, makes a video of it, or forgets it, holds it meanwhile.
    """

    id: str
    user_id: str
    filename: str
    size: int
    spec: JobSpec
    expires_at: datetime
    video_id: str | None = None
    duplicate: bool = False
    holder: str | None = None
    held_until: datetime | None = None

    def held(self, holder: str, now: datetime, lease: timedelta) -> Upload:
        """Held by `holder`, for a lease from now on. Raises Locked while another holds it."""
        if self.held_until is not None and self.held_until > now and self.holder != holder:
            raise Locked("This upload is in the hands of another request; wait for it.")
        return replace(self, holder=holder, held_until=now + lease)

    def let_go(self, holder: str) -> Upload:
        """Free again, if `holder` still held it."""
        return replace(self, holder=None, held_until=None) if self.holder == holder else self
