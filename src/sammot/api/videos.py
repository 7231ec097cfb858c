"""The videos: in, listed, renamed, shown, gone."""

from __future__ import annotations

import gzip
from typing import Any

import orjson
from flask import Response, request

from sammot.api import wire, wire_results
from sammot.api.blueprint import Blueprint
from sammot.api.context import current_service, current_user_id
from sammot.api.media import playable_type, send_object
from sammot.ports import VideoQuery
from sammot.records import Page, Video
from sammot.service.world import poster_key, timeline_key

blueprint = Blueprint("videos", __name__, url_prefix="/api/videos", description="Videos.")


def current_video(video_id: str) -> Video:
    """The sender's video of that id. Raises NotFound."""
    return current_service().library.get(current_user_id(), video_id)


@blueprint.route("", methods=["GET"])
@blueprint.arguments(wire.VideoQuerySchema, location="query")
@blueprint.response(200, wire.VideoPageSchema)
def list_videos(query: dict[str, Any]) -> Page[Video]:
    """The videos, a page at a time."""
    return current_service().library.list(VideoQuery(current_user_id(), **query))


@blueprint.route("/<video_id>", methods=["GET"])
@blueprint.response(200, wire.VideoSchema)
@blueprint.alt_response(404)
def get_video(video_id: str) -> Video:
    """One video."""
    return current_video(video_id)


@blueprint.route("/<video_id>", methods=["PATCH"])
@blueprint.arguments(wire.VideoChangeSchema)
@blueprint.response(200, wire.VideoSchema)
@blueprint.alt_response(404)
def change_video(body: dict[str, Any], video_id: str) -> Video:
    """Give a video another name; pin it, so that it stays however old it grows."""
    video, library = current_video(video_id), current_service().library
    if "original_filename" in body:
        video = library.rename(video.user_id, video.id, body["original_filename"])
    if "pinned" in body:
        video = library.pin(video.user_id, video.id, is_pinned=body["pinned"])
    return video


@blueprint.route("/<video_id>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.alt_response(404)
def delete_video(video_id: str) -> Response:
    """Remove a video, its results and its files; what runs for it is cancelled."""
    current_service().library.delete(current_user_id(), video_id)
    return Response(status=204)


@blueprint.route("/<video_id>/status", methods=["GET"])
@blueprint.response(200, wire.StatusSchema)
@blueprint.alt_response(404)
def video_status(video_id: str) -> dict[str, Any]:
    """How far the processing is."""
    return wire.status_view(current_service().results.status(current_video(video_id)))


@blueprint.route("/<video_id>/timeline", methods=["GET"])
@blueprint.response(200, wire_results.TimelineSchema)
@blueprint.alt_response(404)
def video_timeline(video_id: str) -> Response:
    """When each frame is shown."""
    video, service = current_video(video_id), current_service()
    response = Response(content_type="application/json")
    response.set_etag(service.world.objects.info(timeline_key(video.id)).etag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    times = service.library.timeline(video.id)
    timeline = {
        "video_id": video.id,
        "frame_count": len(times),
        "fps": video.fps,
        "times": times,
    }
    content = orjson.dumps(timeline, option=orjson.OPT_SERIALIZE_NUMPY)
    packed(response, content).make_conditional(request)
    return response


@blueprint.route("/<video_id>/original", methods=["GET"])
@blueprint.response(200, content_type="application/octet-stream")
@blueprint.alt_response(404)
def video_original(video_id: str) -> Response:
    """The file as it came, to be saved unless a browser can play it; takes `Range`."""
    video = current_video(video_id)
    if video.browser_playable and not request.args.get("download"):
        return send_object(video.storage_path, playable_type(video.container))
    return send_object(
        video.storage_path, "application/octet-stream", filename=video.original_filename
    )


@blueprint.route("/<video_id>/playable", methods=["GET"])
@blueprint.response(200, content_type="video/mp4")
@blueprint.alt_response(404)
@blueprint.alt_response(409, description="The playable copy is being made.")
def video_playable(video_id: str) -> Response:
    """What a browser can play: the original, or a copy of it with the same frames."""
    video = current_video(video_id)
    key = current_service().library.playable_key(video)
    is_original = key == video.storage_path
    return send_object(key, playable_type(video.container) if is_original else "video/mp4")


@blueprint.route("/<video_id>/poster", methods=["GET"])
@blueprint.response(200, content_type="image/webp")
@blueprint.alt_response(404)
def video_poster(video_id: str) -> Response:
    """A still picture."""
    return send_object(poster_key(current_video(video_id).id), "image/webp")


def packed(response: Response, content: bytes) -> Response:
    """The response with its content, as gzip where the client takes it."""
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") > 0:
        response.headers["Content-Encoding"] = "gzip"
        content = gzip.compress(content, compresslevel=6, mtime=0)
    response.set_data(content)
    return response
