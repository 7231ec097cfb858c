"""Every error leaves as `application/problem+json` (RFC 9457); no traceback ever does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
import structlog
from flask import Flask, Response, g
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from sammot import errors

CONTENT_TYPE = "application/problem+json"

PROBLEMS: Mapping[type[errors.SamMotError], tuple[int, str]] = {
    errors.SamMotError: (500, "The request failed"),
    errors.InvalidInput: (422, "The request is not valid"),
    errors.UnclearText: (422, "The text cannot be read"),
    errors.UnknownClass: (422, "No such kind of object"),
    errors.OutOfRange: (422, "A number is out of range"),
    errors.NothingToDo: (422, "There is nothing to track"),
    errors.NoExample: (422, "An example is needed"),
    errors.NotFound: (404, "Not found"),
    errors.Conflict: (409, "The state has moved on"),
    errors.Locked: (423, "Busy"),
    errors.Gone: (410, "Expired"),
    errors.TooLarge: (413, "Too large"),
    errors.StorageFull: (507, "The storage is full"),
    errors.ChecksumMismatch: (460, "The checksum does not match"),
    errors.UnreadableVideo: (422, "The video cannot be read"),
    errors.VideoTooBig: (422, "The video is over the limits"),
    errors.UnknownEngine: (422, "There is no such engine"),
    errors.InvalidTracks: (422, "The tracks cannot be read"),
    errors.TooManyRequests: (429, "Too many requests"),
    errors.Unavailable: (503, "Not available now"),
    errors.OutOfMemory: (507, "Not enough memory"),
    errors.UnusableWeights: (422, "The weights cannot be used"),
}
"""Error -> HTTP status and title."""

_SAME_AS: Mapping[int, type[errors.SamMotError]] = {
    404: errors.NotFound,
    413: errors.TooLarge,
    422: errors.InvalidInput,
}
"""What Flask and its helpers say in their own words."""

_log = structlog.get_logger("sammot.api")


class ProblemSchema(Schema):
    """RFC 9457, with the id under which the request stands in the logs."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.Dict(
        metadata={"description": "Where the request is not valid: location -> field -> messages."}
    )


def register(app: Flask) -> None:
    """Answer every error of an application with a problem."""
    app.register_error_handler(errors.SamMotError, of_ours)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, of_surprise)


def of_ours(error: errors.SamMotError) -> Response:
    """An error that was raised on purpose; its message is meant for the user."""
    status, title = PROBLEMS[type(error)]
    if status >= 500:
        _log.error("request failed", error=error.slug, detail=str(error))
    response = _problem(error.slug, title, status, str(error))
    if status == 503:
        response.headers["Retry-After"] = "2"
    return response


def of_http(error: HTTPException) -> Response:
    """404, 405, 413 and so on, and requests that do not fit their schema."""
    status = error.code or 500
    data = getattr(error, "data", None) or {}
    messages = data.get("messages")
    detail = error.description or error.name
    if status == 422:
        detail = "Some of what was sent is not valid; `errors` says which."
    ours = _SAME_AS.get(status)
    slug = ours.slug if ours else error.name.lower().replace(" ", "-")
    response = _problem(slug, PROBLEMS[ours][1] if ours else error.name, status, detail)
    if messages:
        response.data = flask.json.dumps({**(response.get_json() or {}), "errors": messages})
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def of_surprise(error: Exception) -> Response:
    """A mistake of ours: the log has all of it, the answer nothing."""
    _log.exception("request broke", exc_info=error)
    detail = "Something went wrong inside the service. The log has more under this request's id."
    return _problem("internal-error", "Internal error", 500, detail)


def _problem(slug: str, title: str, status: int, detail: str) -> Response:
    body: dict[str, Any] = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": g.get("request_id", ""),
    }
    return Response(flask.json.dumps(body), status, content_type=CONTENT_TYPE)
