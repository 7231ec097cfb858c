"""The shapes of what was found, as the OpenAPI document shows them."""

from __future__ import annotations

from marshmallow import fields

from sammot.api.fields import Shape, one_of
from sammot.tracking.track import Origin, TrackState


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
    state = one_of(TrackState)
    origin = one_of(Origin)
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


class TrackSchema(Shape):
    """One track over the frames that are ready."""

    track_id = fields.Integer()
    label = fields.String(allow_none=True)
    first_frame = fields.Integer()
    last_frame = fields.Integer()
    frame_total = fields.Integer()
    mean_score = fields.Float()
    segments = fields.List(
        fields.List(fields.Integer()),
        metadata={"description": "Half-open runs of frames in which it is seen."},
    )


class TrackListSchema(Shape):
    """The tracks of a video."""

    job_id = fields.String()
    complete = fields.Boolean()
    items = fields.List(fields.Nested(TrackSchema))


class ResultFrameSchema(Shape):
    """A track in one frame."""

    frame_id = fields.Integer()
    bbox = fields.List(fields.Integer(), metadata={"description": "[x, y, width, height]"})
    mask = fields.Nested(MaskSchema, metadata={"description": "Absent with `mask=none`."})
    score = fields.Float()


class ResultObjectSchema(Shape):
    """A track with its frames."""

    track_id = fields.Integer()
    label = fields.String(allow_none=True)
    first_frame = fields.Integer()
    last_frame = fields.Integer()
    frames = fields.List(fields.Nested(ResultFrameSchema))


class PerformanceSchema(Shape):
    """How fast it went."""

    processing_time = fields.Float(metadata={"description": "Seconds."})
    average_fps = fields.Float()


class ResultSchema(Shape):
    """All that was found in a video."""

    video_id = fields.String()
    job_id = fields.String()
    complete = fields.Boolean()
    frames_ready = fields.Integer()
    frame_count = fields.Integer()
    fps = fields.Float()
    objects = fields.List(fields.Nested(ResultObjectSchema))
    performance_metrics = fields.Nested(PerformanceSchema)
