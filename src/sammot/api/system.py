"""The service itself: is it well, what can it do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, fields

from sammot.api.blueprint import Blueprint
from sammot.api.context import current_config, current_service, current_user_id
from sammot.api.fields import PriorityName, Shape, one_of
from sammot.errors import SamMotError, Unavailable
from sammot.records import JobKind, Priority
from sammot.service import EngineModel, LackKind, Service
from sammot.service.speeds import measured

blueprint = Blueprint("system", __name__, url_prefix="/api", description="The service itself.")


class HealthSchema(Shape):
    """The process answers."""

    status = fields.String()
    version = fields.String()


class QueueSchema(Shape):
    """How many jobs of a kind and priority wait and run."""

    kind = fields.String()
    state = fields.String()
    priority = PriorityName()
    count = fields.Integer()


class WorkersSchema(Shape):
    """How many workers that take a kind of job are alive."""

    kind = fields.String()
    count = fields.Integer()


class ReadySchema(Shape):
    """Whether requests are taken; `checks` is `ok` or what is wrong, by part.

    Jobs of a kind without a worker wait, and changes are told late while `events` are away: that
    alone is not a reason not to be ready.
    """

    ready = fields.Boolean()
    checks = fields.Dict(keys=fields.String(), values=fields.String())
    queue = fields.List(fields.Nested(QueueSchema))
    workers = fields.List(fields.Nested(WorkersSchema))


class LimitsSchema(Shape):
    """What the page must know before an upload."""

    max_bytes = fields.Integer()
    max_seconds = fields.Float()
    max_pixels = fields.Integer()
    max_frames = fields.Integer()
    retention_days = fields.Float(
        allow_none=True, metadata={"description": "Older videos are deleted, unless pinned."}
    )
    version = fields.String()
    priorities = fields.List(fields.String())


class ParameterSchema(Schema):
    """A parameter of an engine, for a form."""

    name = fields.String(required=True)
    kind = fields.String(
        required=True, metadata={"description": "choice, number, integer, boolean or text."}
    )
    default = fields.Raw(required=True)
    minimum = fields.Float(
        required=True, allow_none=True, metadata={"description": "Of a text: its characters."}
    )
    maximum = fields.Float(
        required=True, allow_none=True, metadata={"description": "Of a text: its characters."}
    )
    choices = fields.List(fields.String(), required=True)
    unit = fields.String(required=True)
    help = fields.String(required=True)
    only_for = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata={"description": "It is read only where these parameters have one of the values."},
    )


class SpeedSchema(Shape):
    """How fast an engine was here with these choices."""

    choices = fields.Dict(keys=fields.String(), values=fields.Raw())
    fps = fields.Float(metadata={"description": "Frames of the video a second, start included."})
    job_count = fields.Integer(
        metadata={"description": "How many jobs were measured; 0: a short trial, without start."}
    )


class EngineModelSchema(Shape):
    """Published weights that an engine can take."""

    name = fields.String(metadata={"description": "To fetch and to choose it by."})
    repository = fields.String(metadata={"description": "Where the hub has it."})
    licence = fields.String()
    gated = fields.Boolean(
        metadata={"description": "Whether the licence must be accepted on the hub first."}
    )
    installed = fields.Boolean(metadata={"description": "Whether it is here."})


class EngineSchema(Shape):
    """An engine."""

    name = fields.String()
    version = fields.String()
    title = fields.String()
    description = fields.String()
    available = fields.Boolean()
    lacks = one_of(
        LackKind,
        allow_none=True,
        metadata={"description": "What it cannot run here without; null when it can."},
    )
    reason = fields.String(allow_none=True, metadata={"description": "The same, in words."})
    remedy = fields.String(
        allow_none=True, metadata={"description": "The command or setting that mends it."}
    )
    takes_prompts = fields.Boolean()
    models = fields.List(fields.Nested(EngineModelSchema))
    parameters = fields.List(fields.Nested(ParameterSchema))
    speeds = fields.List(
        fields.Nested(SpeedSchema),
        metadata={"description": "On finished jobs, else in a trial; empty where neither was."},
    )


class EngineListSchema(Shape):
    """The engines."""

    items = fields.List(fields.Nested(EngineSchema))


@blueprint.route("/health", methods=["GET"])
@blueprint.response(200, HealthSchema)
def health() -> dict[str, Any]:
    """Whether the process answers."""
    return {"status": "ok", "version": current_config().version}


@blueprint.route("/ready", methods=["GET"])
@blueprint.response(200, ReadySchema)
@blueprint.alt_response(503, schema=ReadySchema, description="Something is missing.")
def ready() -> tuple[dict[str, Any], int]:
    """Whether what the service needs is there."""
    service = current_service()
    checks = {
        "database": _outcome(service.world.store.ping),
        "storage": _outcome(service.world.objects.ping),
        "disk_space": _outcome(lambda: _check_room(service)),
    }
    is_ready = set(checks.values()) == {"ok"}
    checks["events"] = _outcome(service.world.events.ping)  # away, it only delays
    has_database = checks["database"] == "ok"
    queue = _queue(service) if has_database else []
    workers = _workers(service) if has_database else []
    body = {"ready": is_ready, "checks": checks, "queue": queue, "workers": workers}
    return body, 200 if is_ready else 503


@blueprint.route("/settings", methods=["GET"])
@blueprint.response(200, LimitsSchema)
def limits() -> dict[str, Any]:
    """The limits on what is taken."""
    policy = current_service().world.policy
    kept = policy.retention
    return {
        "max_bytes": policy.max_bytes,
        "max_seconds": policy.limits.max_seconds,
        "max_pixels": policy.limits.max_pixels,
        "max_frames": policy.limits.max_frames,
        "retention_days": kept.total_seconds() / 86400 if kept else None,
        "version": current_config().version,
        "priorities": [priority.name.lower() for priority in Priority],
    }


@blueprint.route("/engines", methods=["GET"])
@blueprint.response(200, EngineListSchema)
def list_engines() -> dict[str, Any]:
    """The engines: what each takes, how fast it was here, and what it lacks."""
    world = current_service().world
    speeds = measured(world, current_user_id())
    return {
        "items": [
            {
                "name": entry.name,
                "version": entry.version,
                "title": entry.title,
                "description": entry.description,
                "available": entry.lack is None,
                "lacks": entry.lack and entry.lack.kind,
                "reason": entry.lack and entry.lack.words,
                "remedy": entry.lack and entry.lack.remedy,
                "takes_prompts": entry.takes_prompts,
                "models": [_model(one) for one in entry.models],
                "parameters": entry.parameters,
                "speeds": speeds.get(entry.name, []),
            }
            for entry in world.engines.values()
        ]
    }


def _model(model: EngineModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "repository": model.repository,
        "licence": model.licence,
        "gated": model.is_gated,
        "installed": model.is_here,
    }


def _outcome(check: Callable[[], object]) -> str:
    try:
        check()
    except SamMotError as error:
        return str(error)
    return "ok"


def _check_room(service: Service) -> None:
    free = service.world.objects.free_bytes()
    if free is not None and free < service.world.policy.min_free_bytes:
        raise Unavailable(f"Only {free:,} bytes are free; uploads are refused.")


def _queue(service: Service) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "state": state, "priority": priority, "count": count}
        for (kind, state, priority), count in service.world.store.queue_lengths().items()
    ]


def _workers(service: Service) -> list[dict[str, Any]]:
    alive = service.world.store.live_workers(service.world.now())
    return [{"kind": kind, "count": alive.get(kind, 0)} for kind in JobKind]
