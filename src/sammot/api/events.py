"""Server-sent events: what has changed, as it changes."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
from flask import Response, request

from sammot.api import wire
from sammot.api.blueprint import Blueprint
from sammot.api.context import current_service, current_user_id
from sammot.errors import NotFound
from sammot.service import Service

SILENCE_SECONDS = 15
"""A comment goes out after so much silence: the line stays open, and a lost client is noticed."""

blueprint = Blueprint("events", __name__, description="Server-sent events.")
_STATUS = wire.StatusSchema()
_DOC = "`text/event-stream`; goes on until the client leaves."


@blueprint.route("/api/videos/<video_id>/events", methods=["GET"])
@blueprint.response(200, content_type="text/event-stream", description=_DOC)
@blueprint.alt_response(404)
def video_events(video_id: str) -> Response:
    """The status at once, and again after each change; `Last-Event-ID` tells what is known."""
    user_id, service = current_user_id(), current_service()
    service.library.get(user_id, video_id)
    known = request.headers.get("Last-Event-ID", "")
    return _stream(_statuses(service, user_id, video_id, known))


@blueprint.route("/api/events", methods=["GET"])
@blueprint.response(200, content_type="text/event-stream", description=_DOC)
def list_events() -> Response:
    """The ids of videos that have changed or are gone."""
    return _stream(_changes(current_service(), current_user_id()))


def _stream(events: Iterator[bytes]) -> Response:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(events, content_type="text/event-stream", headers=headers)


def _statuses(service: Service, user_id: str, video_id: str, known: str) -> Iterator[bytes]:
    with service.world.events.subscribe(video_id) as subscription:
        yield b"retry: 2000\n\n"
        while True:
            try:
                status = service.results.status(service.library.get(user_id, video_id))
            except NotFound:
                yield _event("deleted", {"video_id": video_id})
                return
            if str(status.video.revision) != known:
                known = str(status.video.revision)
                yield _event("status", _STATUS.dump(wire.status_view(status)), known)
            while not subscription.wait(SILENCE_SECONDS):
                yield b": still here\n\n"


def _changes(service: Service, user_id: str) -> Iterator[bytes]:
    with service.world.events.subscribe(None) as subscription:
        yield b"retry: 2000\n\n"
        while True:
            video_ids = subscription.wait(SILENCE_SECONDS)
            mine = sorted(id_ for id_ in video_ids if not _is_foreign(service, user_id, id_))
            yield _event("videos", {"video_ids": mine}) if mine else b": still here\n\n"


def _is_foreign(service: Service, user_id: str, video_id: str) -> bool:
    try:
        return service.world.store.get_video(video_id).user_id != user_id
    except NotFound:  # gone: whoever had it wants to know
        return False


def _event(name: str, data: object, event_id: str | None = None) -> bytes:
    head = f"id: {event_id}\n" if event_id is not None else ""
    return f"{head}event: {name}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"
