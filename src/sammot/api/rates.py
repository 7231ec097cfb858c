"""How often a client may ask, counted in Redis over all web processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil
from typing import Any

from flask import Flask, Response, request

from sammot.api import problems
from sammot.api.config import Rates
from sammot.api.context import current_user_id
from sammot.errors import TooManyRequests

_BEGINNINGS = (
    "forms.upload_video",
    "uploads.create_upload",
    "jobs.track_again",
    "jobs.retry_job",
    "demo.bring_demonstration",
)
"""What makes work for the workers, or room for files."""
_FREE = ("system.health", "system.ready")


def register(app: Flask, rates: Rates) -> None:
    """Refuse the requests to an application that come too often."""
    from flask_limiter import Limiter, RateLimitExceeded  # noqa: PLC0415 - not in every profile

    limiter = Limiter(
        _client,
        app=app,
        application_limits=[rates.requests] if rates.requests else [],
        storage_uri=rates.storage_url,
        storage_options=dict(rates.options),
        in_memory_fallback_enabled=True,
        key_prefix="sammot",
    )
    limiter.request_filter(_is_free)
    if rates.beginnings:
        limit = limiter.shared_limit(rates.beginnings, scope="beginnings")
        for endpoint in _BEGINNINGS:
            view: Callable[..., Any] = app.view_functions[endpoint]
            app.view_functions[endpoint] = limit(view)

    def refused(error: RateLimitExceeded) -> Response:
        current = limiter.current_limit
        seconds = max(1, ceil(current.reset_at - time.time())) if current else 1
        response = problems.of_ours(
            TooManyRequests(
                f"More than {error.limit.limit} came from this address; try again in"
                f" {seconds} seconds."
            )
        )
        response.headers["Retry-After"] = str(seconds)
        return response

    app.register_error_handler(RateLimitExceeded, refused)


def _client() -> str:
    return f"{current_user_id()}@{request.remote_addr}"


def _is_free() -> bool:
    return not request.path.startswith("/api/") or request.endpoint in _FREE
