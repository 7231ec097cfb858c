from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_OVERRIDES = frozenset({"PATCH", "DELETE"})


class MethodOverride:
    """Takes a POST for the method in `X-HTTP-Method-Override`: some proxies know no others."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        wanted = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "").upper()
        if environ["REQUEST_METHOD"] == "POST" and wanted in _OVERRIDES:
            environ["REQUEST_METHOD"] = wanted
        return self._app(environ, start_response)
