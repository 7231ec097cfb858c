"""What was found: as JSON, as tables, drawn into the video."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
from flask import Response, request
from marshmallow import Schema, fields, validate

from sammot.api import wire, wire_results
from sammot.api.blueprint import Blueprint
from sammot.api.context import current_config, current_service
from sammot.api.media import attachment, renamed, send_object
from sammot.api.videos import current_video
from sammot.formats.mot import write_mot
from sammot.formats.native import ResultSummary, Selection, write_native
from sammot.formats.table import write_csv
from sammot.records import Job, JobState, Video
from sammot.tracking.track import FrameResult

_KEEP_SECONDS, _KEEP_RUNNING_SECONDS = 600, 5  # a running job has a new version every second
_TRACKS = wire_results.TrackListSchema()

blueprint = Blueprint("results", __name__, url_prefix="/api/videos", description="Results.")

_TABLES: dict[str, tuple[str, str, Callable[[Iterable[FrameResult]], Iterator[bytes]]]] = {
    "csv": (".tracks.csv", "text/csv; charset=utf-8", write_csv),
    "mot": (".mot.txt", "text/plain; charset=utf-8", write_mot),
}


class ResultQuerySchema(Schema):
    """Which part of a result: frames `from` <= n < `to`, of these tracks or all."""

    start = fields.Integer(data_key="from", load_default=0, validate=validate.Range(min=0))
    stop = fields.Integer(data_key="to", validate=validate.Range(min=0))
    track_ids = fields.List(fields.Integer(), data_key="track_id")
    mask = fields.String(load_default="rle", validate=validate.OneOf(["rle", "none"]))


class DownloadQuerySchema(Schema):
    """In which form."""

    format = fields.String(
        load_default="mp4", validate=validate.OneOf(["mp4", "json", "csv", "mot"])
    )


@blueprint.route("/<video_id>/result", methods=["GET"])
@blueprint.arguments(ResultQuerySchema, location="query")
@blueprint.response(200, wire_results.ResultSchema)
@blueprint.alt_response(404)
def video_result(query: dict[str, Any], video_id: str) -> Response:
    """The tracks with all their frames; while the job runs, with those that are ready."""
    has_masks = query.pop("mask") == "rle"
    return Response(
        _native(current_video(video_id), Selection(**query, has_masks=has_masks)),
        content_type="application/json",
    )


@blueprint.route("/<video_id>/tracks", methods=["GET"])
@blueprint.response(200, wire_results.TrackListSchema)
@blueprint.alt_response(404)
def video_tracks(video_id: str) -> Response:
    """The tracks, and the frames in which each is seen."""
    video = current_video(video_id)
    job = current_service().results.current_job(video)
    version = f"{job.id}-{video.revision}"  # read before all else that the answer is made of
    response = Response(content_type="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(version)
    if not request.if_none_match.contains(version):
        response.set_data(_tracks(job, f"tracks/{version}"))
    response.make_conditional(request)
    return response


def _tracks(job: Job, key: str) -> bytes:
    service = current_service()
    content = service.world.cache.get(key)
    if content is None:
        is_complete, tracks = job.state is JobState.COMPLETED, service.results.tracks(job)
        answer = {"job_id": job.id, "complete": is_complete, "items": tracks}
        content = orjson.dumps(_TRACKS.dump(answer))
        keep = _KEEP_SECONDS if job.state.is_final else _KEEP_RUNNING_SECONDS
        service.world.cache.put(key, content, keep)
    return content


@blueprint.route("/<video_id>/download", methods=["GET"])
@blueprint.arguments(DownloadQuerySchema, location="query")
@blueprint.response(200, content_type="video/mp4")
@blueprint.alt_response(202, schema=wire.RenderSchema, description="It is being made.")
@blueprint.alt_response(404)
def download_result(query: dict[str, Any], video_id: str) -> Response | tuple[Any, ...]:
    """The annotated video, or the data as JSON, CSV or MOT text."""
    video = current_video(video_id)
    if query["format"] == "mp4":
        return _annotated(video)
    if query["format"] == "json":
        return _saved(_native(video, Selection()), video, ".tracks.json", "application/json")
    results = current_service().results
    ending, content_type, write = _TABLES[query["format"]]
    found = results.frames(results.current_job(video))
    return _saved(write(found), video, ending, content_type)


def _annotated(video: Video) -> Response | tuple[Any, ...]:
    results = current_service().results
    is_tracked = results.current_job(video).state.is_final
    key = results.annotated(video) if is_tracked else None
    if key is not None:
        name = renamed(video.original_filename, ".annotated.mp4")
        return send_object(key, "video/mp4", filename=name)
    render = wire.render_view(results.status(video).render)
    return wire.RenderSchema().dump(render), 202, {"Retry-After": "2"}


def _native(video: Video, selection: Selection) -> Iterator[bytes]:
    results = current_service().results
    job = results.current_job(video)
    return write_native(
        results.frames(job, selection.start, selection.stop),
        _summary(video, job),
        selection,
        spool_folder=current_config().spool_dir,
    )


def _summary(video: Video, job: Job) -> ResultSummary:
    seconds = job.processing_seconds
    return ResultSummary(
        video_id=video.id,
        job_id=job.id,
        frame_count=video.frame_count,
        frames_ready=job.frames_ready,
        is_complete=job.state is JobState.COMPLETED,
        fps=video.fps,
        processing_time=round(seconds, 3),
        average_fps=round(job.frames_ready / seconds, 2) if seconds else 0.0,
    )


def _saved(content: Iterator[bytes], video: Video, ending: str, content_type: str) -> Response:
    response = Response(content, content_type=content_type)
    name = renamed(video.original_filename, ending)
    response.headers["Content-Disposition"] = attachment(name)
    return response
