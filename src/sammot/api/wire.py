"""The shapes of what is sent and taken, as the OpenAPI document shows them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields, validate

from sammot.api.fields import Instant, PriorityName, Shape, one_of
from sammot.ports import SORTS
from sammot.records import Job, JobKind, JobState, Playable, Priority, Video, VideoStatus
from sammot.service import Status

_SORTS = [way + name for name in SORTS for way in ("", "-")]
_RENDER_STATES = {
    JobState.QUEUED: "queued",
    JobState.RUNNING: "running",
    JobState.COMPLETED: "ready",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "failed",
}


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
    status = one_of(VideoStatus)
    processing_start_time = Instant(allow_none=True)
    processing_end_time = Instant(allow_none=True)
    error_message = fields.String(allow_none=True)
    error_code = fields.String(
        allow_none=True, metadata={"description": "The same for programs, such as `out-of-memory`."}
    )
    result_path = fields.String(allow_none=True)
    pinned = fields.Boolean(metadata={"description": "Stays, however old it grows."})
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
    playable = one_of(Playable)
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
    status = one_of(VideoStatus, attribute="video.status")
    progress = fields.Float(attribute="job.progress", dump_default=0.0)
    frames_done = fields.Integer(attribute="job.frames_done", dump_default=0)
    frames_ready = fields.Integer(attribute="job.frames_ready", dump_default=0)
    frame_count = fields.Integer(attribute="video.frame_count")
    fps = fields.Float(attribute="job.fps", dump_default=0.0)
    eta_seconds = fields.Float(attribute="job.eta_seconds", dump_default=None, allow_none=True)
    error_message = fields.String(attribute="video.error_message", allow_none=True)
    error_code = fields.String(attribute="video.error_code", allow_none=True)
    job_id = fields.String(attribute="video.job_id", allow_none=True)
    attempt = fields.Integer(attribute="job.attempt", dump_default=0)
    engine = fields.String(attribute="job.engine", dump_default=None, allow_none=True)
    queue_position = fields.Integer(allow_none=True)
    playable = one_of(Playable, attribute="video.playable")
    track_count = fields.Integer(attribute="job.track_count", dump_default=0)
    revision = fields.Integer(attribute="video.revision")
    render = fields.Nested(RenderSchema)


class FailureSchema(Shape):
    """One attempt that did not succeed."""

    attempt = fields.Integer()
    at = Instant()
    reason = fields.String()
    code = fields.String(allow_none=True)


class JobSchema(Shape):
    """One piece of work on one video."""

    id = fields.String()
    video_id = fields.String()
    kind = one_of(JobKind)
    engine = fields.String()
    engine_version = fields.String()
    parameters = fields.Dict()
    priority = PriorityName()
    state = one_of(JobState)
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
    error_code = fields.String(
        allow_none=True, metadata={"description": "The same for programs, such as `out-of-memory`."}
    )
    failures = fields.List(fields.Nested(FailureSchema))
    queue_position = fields.Integer(allow_none=True)


class JobPageSchema(Shape):
    """A part of a list."""

    items = fields.List(fields.Nested(JobSchema))
    next_cursor = fields.String(allow_none=True)
    total = fields.Integer()


class VideoQuerySchema(Schema):
    """Which videos, in which order."""

    status = one_of(VideoStatus)
    q = fields.String(
        attribute="text",
        validate=validate.Length(max=255),
        metadata={"description": "Part of the name."},
    )
    sort = fields.String(load_default="-upload_time", validate=validate.OneOf(_SORTS))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String()


class JobQuerySchema(Schema):
    """Which jobs; newest first."""

    state = one_of(JobState)
    kind = one_of(JobKind)
    video_id = fields.String()
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String()


class VideoChangeSchema(Schema):
    """What to change of a video; what is absent stays."""

    original_filename = fields.String()
    pinned = fields.Boolean(truthy={True}, falsy={False})


class PointSchema(Schema):
    """A place in the picture, on the object or beside it."""

    x = fields.Float(required=True, metadata={"description": "Pixels from the left."})
    y = fields.Float(required=True, metadata={"description": "Pixels from the top."})
    inside = fields.Boolean(metadata={"description": "True (the default) on the object."})


class PromptMaskSchema(Schema):
    """A mask of the whole picture, as COCO's run lengths."""

    size = fields.List(
        fields.Integer(), required=True, metadata={"description": "Height and width."}
    )
    counts = fields.String(required=True)


class PromptSchema(Schema):
    """An object shown in one frame: a mask, or points and a box."""

    object = fields.Integer(
        required=True, metadata={"description": "Your number of it: one number is one object."}
    )
    frame = fields.Integer(required=True, metadata={"description": "From 0."})
    points = fields.List(fields.Nested(PointSchema))
    box = fields.List(fields.Float(), metadata={"description": "x, y, width, height."})
    mask = fields.Nested(PromptMaskSchema)


class JobRequestSchema(Schema):
    """How to track; what is absent takes the default."""

    engine = fields.String()
    parameters = fields.Dict(keys=fields.String(), load_default=dict)
    priority = PriorityName(load_default=Priority.NORMAL)
    prompts = fields.List(
        fields.Nested(PromptSchema),
        metadata={"description": "Objects to follow, for engines with `takes_prompts`."},
    )


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
