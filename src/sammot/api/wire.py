"""The shapes of what is sent and taken, as the OpenAPI document shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate
from marshmallow.fields import Field

from sammot.ports import SORTS
from sammot.records import Job, JobKind, JobState, Playable, Priority, Video, VideoStatus
from sammot.service import Status
from sammot.tracking.track import Origin, TrackState

_SORTS = [way + name for name in SORTS for way in ("", "-")]
_PRIORITIES = {priority.name.lower(): priority for priority in Priority}
_RENDER_STATES = {
    JobState.QUEUED: "queued",
    JobState.RUNNING: "running",
    JobState.COMPLETED: "ready",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "failed",
}


class Shape(Schema):
    """An object that we send: each of its fields is always there."""

    def on_bind_field(self, field_name: str, field_obj: Field[Any]) -> None:
        super().on_bind_field(field_name, field_obj)
        field_obj.required = True


class Instant(fields.DateTime):
    """ISO 8601 in UTC, to the millisecond."""

    def _serialize(
        self, value: datetime | None, attr: str | None, obj: object, **kwargs: Any
    ) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class PriorityName(fields.String):
    """A `Priority`, in words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"enum": list(_PRIORITIES)}, **kwargs)

    def _serialize(
        self, value: Priority | None, attr: str | None, obj: object, **kwargs: Any
    ) -> str | None:
        return None if value is None else Priority(value).name.lower()

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if not isinstance(value, str) or value not in _PRIORITIES:
            raise ValidationError(f"Must be one of: {', '.join(_PRIORITIES)}.")
        return _PRIORITIES[value]


class VideoSchema(Shape):
    """A video, as its owner sees it."""

    id = fields.String()
    user_id = fields.String()
    original_filename = fields.String()
    storage_path = fields.String()
    file_size = fields.Integer(metadata={"description": "Bytes."})
    sha256 = fields.String()
    upload_time = Instant()
    duration = fields.Float(metadata={"description": "Seconds."})
    status = fields.Enum(VideoStatus, by_value=True)
    processing_start_time = Instant(allow_none=True)
    processing_end_time = Instant(allow_none=True)
    error_message = fields.String(allow_none=True)
    result_path = fields.String(allow_none=True)
    warnings = fields.List(fields.String())
    container = fields.String()
    codec = fields.String()
    width = fields.Integer(metadata={"description": "Of the upright picture, in pixels."})
    height = fields.Integer(metadata={"description": "Of the upright picture, in pixels."})
    rotation = fields.Integer()
    fps = fields.Float()
    frame_count = fields.Integer()
    has_audio = fields.Boolean()
    browser_playable = fields.Boolean()
    playable = fields.Enum(Playable, by_value=True)
    job_id = fields.String(allow_none=True)
    revision = fields.Integer(metadata={"description": "Rises with every change."})
    duplicate = fields.Boolean(
        dump_default=False, metadata={"description": "The same bytes had come before."}
    )


class VideoPageSchema(Shape):
    """A part of a list."""

    items = fields.List(fields.Nested(VideoSchema))
    next_cursor = fields.String(allow_none=True)
    total = fields.Integer()


class RenderSchema(Shape):
    """How far the annotated video is."""

    job_id = fields.String(allow_none=True)
    status = fields.String(
        validate=validate.OneOf(["none", *dict.fromkeys(_RENDER_STATES.values())])
    )
    progress = fields.Float()
    eta_seconds = fields.Float(allow_none=True)


class StatusSchema(Shape):
    """All that a page shows of a video's progress."""

    video_id = fields.String(attribute="video.id")
    status = fields.Enum(VideoStatus, by_value=True, attribute="video.status")
    progress = fields.Float(attribute="job.progress", dump_default=0.0)
    frames_done = fields.Integer(attribute="job.frames_done", dump_default=0)
    frames_ready = fields.Integer(attribute="job.frames_ready", dump_default=0)
    frame_count = fields.Integer(attribute="video.frame_count")
    fps = fields.Float(attribute="job.fps", dump_default=0.0)
    eta_seconds = fields.Float(attribute="job.eta_seconds", dump_default=None, allow_none=True)
    error_message = fields.String(attribute="video.error_message", allow_none=True)
    job_id = fields.String(attribute="video.job_id", allow_none=True)
    attempt = fields.Integer(attribute="job.attempt", dump_default=0)
    engine = fields.String(attribute="job.engine", dump_default=None, allow_none=True)
    queue_position = fields.Integer(allow_none=True)
    playable = fields.Enum(Playable, by_value=True, attribute="video.playable")
    track_count = fields.Integer(attribute="job.track_count", dump_default=0)
    revision = fields.Integer(attribute="video.revision")
    render = fields.Nested(RenderSchema)


class FailureSchema(Shape):
    """One attempt that did not succeed."""

    attempt = fields.Integer()
    at = Instant()
    reason = fields.String()


class JobSchema(Shape):
    """One piece of work on one video."""

    id = fields.String()
    video_id = fields.String()
    kind = fields.Enum(JobKind, by_value=True)
    engine = fields.String()
    engine_version = fields.String()
    parameters = fields.Dict()
    priority = PriorityName()
    state = fields.Enum(JobState, by_value=True)
    attempt = fields.Integer()
    max_attempts = fields.Integer()
    created_at = Instant()
    started_at = Instant(allow_none=True)
    finished_at = Instant(allow_none=True)
    not_before = Instant(allow_none=True)
    frames_done = fields.Integer()
    frames_ready = fields.Integer()
    frame_count = fields.Integer(allow_none=True)
    progress = fields.Float()
    fps = fields.Float()
    eta_seconds = fields.Float(allow_none=True)
    processing_seconds = fields.Float()
    error_message = fields.String(allow_none=True)
    failures = fields.List(fields.Nested(FailureSchema))
    queue_position = fields.Integer(allow_none=True)


class JobPageSchema(Shape):
    """A part of a list."""

    items = fields.List(fields.Nested(JobSchema))
    next_cursor = fields.String(allow_none=True)
    total = fields.Integer()


class TimelineSchema(Shape):
    """When each frame is shown, in seconds on the player's clock."""

    video_id = fields.String()
    frame_count = fields.Integer()
    fps = fields.Float()
    times = fields.List(fields.Float())


class ChunkBoundsSchema(Shape):
    """Frames start <= n < stop."""

    chunk = fields.Integer()
    start = fields.Integer()
    stop = fields.Integer()


class ChunkListSchema(Shape):
    """The chunks of a job that are ready."""

    job_id = fields.String()
    chunk_frames = fields.Integer()
    complete = fields.Boolean()
    items = fields.List(fields.Nested(ChunkBoundsSchema))


class MaskSchema(Shape):
    """COCO run lengths."""

    size = fields.List(fields.Integer(), metadata={"description": "[height, width]"})
    counts = fields.String()


class ObservationSchema(Shape):
    """One track in one frame."""

    track_id = fields.Integer()
    bbox = fields.List(fields.Integer(), metadata={"description": "[x, y, width, height]"})
    mask = fields.Nested(MaskSchema)
    score = fields.Float()
    state = fields.Enum(TrackState, by_value=True)
    origin = fields.Enum(Origin, by_value=True)
    label = fields.String(allow_none=True)


class ChunkFrameSchema(Shape):
    """Everything seen in one frame."""

    frame_id = fields.Integer()
    time = fields.Float()
    objects = fields.List(fields.Nested(ObservationSchema))


class ChunkSchema(Shape):
    """A chunk."""

    start = fields.Integer()
    stop = fields.Integer()
    frames = fields.List(fields.Nested(ChunkFrameSchema))


class VideoQuerySchema(Schema):
    """Which videos, in which order."""

    status = fields.Enum(VideoStatus, by_value=True, load_default=None)
    q = fields.String(
        load_default="",
        validate=validate.Length(max=255),
        metadata={"description": "Part of the name."},
    )
    sort = fields.String(load_default="-upload_time", validate=validate.OneOf(_SORTS))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(load_default=None)


class JobQuerySchema(Schema):
    """Which jobs; newest first."""

    state = fields.Enum(JobState, by_value=True, load_default=None)
    kind = fields.Enum(JobKind, by_value=True, load_default=None)
    video_id = fields.String(load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(load_default=None)


class RenameSchema(Schema):
    """A new name."""

    original_filename = fields.String(required=True)


class JobRequestSchema(Schema):
    """How to track; what is absent takes the default."""

    engine = fields.String(load_default=None)
    parameters = fields.Dict(keys=fields.String(), load_default=dict)
    priority = PriorityName(load_default=Priority.NORMAL)


def video_view(video: Video, *, duplicate: bool) -> dict[str, Any]:
    """A video that has just come, for `VideoSchema`."""
    return {**asdict(video), "duplicate": duplicate}


def job_view(job: Job, queue_position: int | None) -> dict[str, Any]:
    """A job, for `JobSchema`."""
    return {**asdict(job), "progress": job.progress, "queue_position": queue_position}


def status_view(status: Status) -> dict[str, Any]:
    """A video's progress, for `StatusSchema`."""
    return {
        "video": status.video,
        "job": status.job,
        "queue_position": status.queue_position,
        "render": render_view(status.render),
    }


def render_view(render: Job | None) -> dict[str, Any]:
    """The part of a status that tells of the annotated video, for `RenderSchema`."""
    if render is None:
        return {"job_id": None, "status": "none", "progress": 0.0, "eta_seconds": None}
    return {
        "job_id": render.id,
        "status": _RENDER_STATES[render.state],
        "progress": render.progress,
        "eta_seconds": render.eta_seconds,
    }
