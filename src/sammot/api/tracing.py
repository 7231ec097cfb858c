"""One id and one log line a request."""

from __future__ import annotations

import re
import time
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from sammot.api import prometheus

_log = structlog.get_logger("sammot.api")
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_QUIET = frozenset({"system.health", "system.ready"})
_QUIET_PARTS = frozenset({"events", "page", "docs", "prometheus"})


def register(app: Flask) -> None:
    """Trace every request of an application."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _GIVEN_ID.fullmatch(given) else uuid4().hex
    g.began = time.monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    seconds = time.monotonic() - g.began
    prometheus.observe(request, response, seconds)
    if request.endpoint not in _QUIET and request.blueprint not in _QUIET_PARTS:
        _log.info(
            "request",
            method=request.method,
            path=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            **(request.view_args or {}),
        )
    return response
