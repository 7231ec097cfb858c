"""Who may ask, and what browsers may do with the answers."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import partial
from urllib.parse import SplitResult, urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import Forbidden

from sammot.api.context import current_config
from sammot.api.media import media_origin

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob: data:;"
        " worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; object-src 'none';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def register(app: Flask) -> None:
    """Guard every request and every answer of an application."""
    app.before_request(check_host)
    app.before_request(check_origin)
    with app.app_context():
        headers = _headers(media_origin())
    app.after_request(partial(_secured, headers))


def _headers(media: str | None) -> Mapping[str, str]:
    """With leave for the page to show pictures and videos from the origin `media`."""
    policy = HEADERS["Content-Security-Policy"]
    if media is not None:
        policy = policy.replace("blob: data:", f"blob: data: {media}")
    return {**HEADERS, "Content-Security-Policy": policy}


def check_host() -> None:
    """Refuse names that are not ours: a foreign page may have pointed one at this machine.

    Bare addresses are taken: no name was resolved, so none can have been rebound.
    """
    name = _split(f"//{request.environ.get('HTTP_HOST', '')}").hostname or ""
    if name == "localhost" or name in current_config().hosts or _is_address(name):
        return
    raise Forbidden(
        "This service is not known under that host name. Whoever runs it can allow the name"
        " with SAMMOT_ALLOWED_HOSTS."
    )


def check_origin() -> None:
    """Refuse changes that a browser asks for on behalf of a foreign page."""
    if request.method in _SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    foreign = origin is not None and _split(origin).netloc != request.environ.get("HTTP_HOST")
    if foreign or request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Forbidden("Only the service's own page, or a program, may change something here.")


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:  # it is none
        return urlsplit("")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _secured(headers: Mapping[str, str], response: Response) -> Response:
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
