from __future__ import annotations

from typing import Any

import orjson
from flask import Flask
from flask.json.provider import JSONProvider
from flask_smorest import Api
from werkzeug.middleware.proxy_fix import ProxyFix

from sammot.api import (
    chunks,
    context,
    demo,
    docs,
    events,
    forms,
    guards,
    jobs,
    page,
    problems,
    prometheus,
    rates,
    results,
    system,
    tracing,
    uploads,
    videos,
)
from sammot.api.config import ApiConfig
from sammot.api.override import MethodOverride
from sammot.service import Service

_SMALL_BODY = 2**20
_ABOUT = (
    "Everything that moves in a video: segmented, tracked, numbered, measured. Frames count from"
    " 0; boxes are [x, y, width, height] in pixels of the upright original; masks are COCO run"
    " lengths; errors are problems (RFC 9457)."
)
_BLUEPRINTS = (
    forms.blueprint,
    uploads.blueprint,
    videos.blueprint,
    events.blueprint,
    results.blueprint,
    chunks.blueprint,
    jobs.blueprint,
    demo.blueprint,
    system.blueprint,
)


class _Json(JSONProvider):
    def dumps(self, obj: object, **_kwargs: object) -> str:
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_kwargs: object) -> Any:  # noqa: ANN401 - it is any JSON
        return orjson.loads(s)


class _Documented(Api):  # type: ignore[misc]  # flask-smorest has no types
    ERROR_SCHEMA = problems.ProblemSchema

    def _register_error_handlers(self) -> None:
        """Nothing: `problems` answers errors."""

    def _register_responses(self) -> None:
        """Errors are documented as what they are sent as."""
        self.DEFAULT_RESPONSE_CONTENT_TYPE = problems.CONTENT_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = Api.DEFAULT_RESPONSE_CONTENT_TYPE


def create_app(service: Service, config: ApiConfig) -> Flask:
    """The WSGI application over one service."""
    app = Flask("sammot", static_folder=None)
    app.json = _Json(app)
    app.config.update(
        MAX_CONTENT_LENGTH=_SMALL_BODY,
        API_TITLE="SAM-MOT",
        API_VERSION=config.version,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        API_SPEC_OPTIONS={"info": {"description": _ABOUT, "license": {"name": "Apache-2.0"}}},
    )
    context.bind(app, service, config)
    tracing.register(app)
    guards.register(app)
    problems.register(app)
    api = _Documented(app)
    for blueprint in _BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.register_blueprint(docs.blueprint)
    app.register_blueprint(prometheus.blueprint)
    app.register_blueprint(page.blueprint)
    if config.rates:
        rates.register(app, config.rates)
    app.wsgi_app = MethodOverride(app.wsgi_app)  # type: ignore[method-assign]
    if config.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.proxies, x_proto=1, x_host=0
        )
    return app
