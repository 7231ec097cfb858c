"""Server-sent events: what has changed, as it changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import chain
from select import POLLIN, poll
from socket import MSG_PEEK, socket
from typing import cast

import orjson
from flask import Response, current_app, request

from sammot.api import wire
from sammot.api.blueprint import Blueprint
from sammot.api.context import current_service, current_user_id
from sammot.api.prometheus import EVENT_STREAMS
from sammot.api.sharing import Reading, Readings
from sammot.errors import NotFound
from sammot.ports import Subscription
from sammot.service import Service

SILENCE_SECONDS = 15.0
"""A comment goes out after so much silence, so that proxies keep the line open."""

LOOK_SECONDS = 1.0
"""How often it is looked whether the client is still there: each one holds a thread."""

blueprint = Blueprint("events", __name__, description="Server-sent events.")
blueprint.record(lambda state: state.app.extensions.update({_READINGS: Readings()}))
_STATUS = wire.StatusSchema()
_BEGINNING = b"retry: 2000\n\n"
_COMMENT = b": still here\n\n"
_READINGS = "sammot.readings"
_DOC = "`text/event-stream`; goes on until the client leaves."


@blueprint.route("/api/videos/<video_id>/events", methods=["GET"])
@blueprint.response(200, content_type="text/event-stream", description=_DOC)
@blueprint.alt_response(404)
def video_events(video_id: str) -> Response:
    """The status at once, and again after each change; `Last-Event-ID` tells what is known."""
    user_id, service = current_user_id(), current_service()
    service.library.get(user_id, video_id)
    status = _readings().of((user_id, video_id), lambda: _status(service, user_id, video_id))
    known = request.headers.get("Last-Event-ID", "")
    connection = request.environ.get("gunicorn.socket")
    return _stream(_statuses(service, video_id, status, known, connection))


@blueprint.route("/api/events", methods=["GET"])
@blueprint.response(200, content_type="text/event-stream", description=_DOC)
def list_events() -> Response:
    """The ids of videos that have changed or are gone."""
    user_id, service, readings = current_user_id(), current_service(), _readings()
    connection = request.environ.get("gunicorn.socket")

    def is_mine(video_id: str) -> bool:
        owner = readings.of(video_id, lambda: _owner(service, video_id))
        return owner.get() in (user_id, None)

    return _stream(_changed_videos(service, is_mine, connection))


def _readings() -> Readings:
    """What the streams of this application read together."""
    return cast("Readings", current_app.extensions[_READINGS])


def _stream(events: Iterator[bytes]) -> Response:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(_counted(events), content_type="text/event-stream", headers=headers)


def _counted(events: Iterator[bytes]) -> Iterator[bytes]:
    with EVENT_STREAMS.track_inprogress():
        yield from events


def _statuses(
    service: Service,
    video_id: str,
    status: Reading[tuple[str, bytes]],
    known: str,
    connection: socket | None,
) -> Iterator[bytes]:
    with service.world.events.subscribe(video_id) as subscription:
        yield _BEGINNING
        for changed in chain([{video_id}], _changes(subscription, connection)):
            if not changed:
                yield _COMMENT
                continue
            try:
                revision, event = status.get()
            except NotFound:
                yield _event("deleted", {"video_id": video_id})
                return
            if revision != known:
                known = revision
                yield event


def _status(service: Service, user_id: str, video_id: str) -> tuple[str, bytes]:
    """A video's revision, and the event that tells of it."""
    status = service.results.status(service.library.get(user_id, video_id))
    revision = str(status.video.revision)
    return revision, _event("status", _STATUS.dump(wire.status_view(status)), revision)


def _changed_videos(
    service: Service, is_mine: Callable[[str], bool], connection: socket | None
) -> Iterator[bytes]:
    with service.world.events.subscribe(None) as subscription:
        yield _BEGINNING
        for changed in _changes(subscription, connection):
            mine = sorted(filter(is_mine, changed))
            if mine or not changed:
                yield _event("videos", {"video_ids": mine}) if mine else _COMMENT


def _owner(service: Service, video_id: str) -> str | None:
    """Whose a video is; None for one that is gone: whoever had it wants to know."""
    try:
        return service.world.store.get_video(video_id).user_id
    except NotFound:
        return None


def _changes(subscription: Subscription, connection: socket | None) -> Iterator[set[str]]:
    """The ids that have changed, time and again; none after some silence.

    Ends when the client has left.
    """
    silent_since = time.monotonic()
    while not _has_left(connection):
        changed = subscription.wait(min(LOOK_SECONDS, SILENCE_SECONDS))
        if changed or time.monotonic() - silent_since >= SILENCE_SECONDS:
            silent_since = time.monotonic()
            yield changed


def _has_left(connection: socket | None) -> bool:
    """Whether the other end of a connection is closed; False where that cannot be told."""
    if connection is None:
        return False
    readable = poll()
    readable.register(connection, POLLIN)
    try:
        return bool(readable.poll(0)) and connection.recv(1, MSG_PEEK) == b""
    except OSError:
        return True
    except ValueError:  # TLS cannot be peeked at
        return False


def _event(name: str, data: object, event_id: str | None = None) -> bytes:
    head = f"id: {event_id}\n" if event_id is not None else ""
    return f"{head}event: {name}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"
