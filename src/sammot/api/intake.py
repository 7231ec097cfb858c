"""From words to a job specification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from marshmallow import ValidationError

from sammot.api.context import current_service
from sammot.api.wire import JobRequestSchema
from sammot.errors import InvalidInput, UnknownEngine
from sammot.records import JobSpec, Priority

_SCHEMA = JobRequestSchema()
WORDS = ("engine", "parameters", "priority", "prompts")
"""What may come with a file, as text."""


def read_spec(words: Mapping[str, str]) -> JobSpec:
    """How to track, from text. Raises InvalidInput, UnknownEngine."""
    given: dict[str, object] = {name: words[name] for name in WORDS if words.get(name)}
    for name, form in (("parameters", "object"), ("prompts", "list")):
        if name in given:
            try:
                given[name] = orjson.loads(words[name])
            except orjson.JSONDecodeError as error:
                raise InvalidInput(f"`{name}` must be a JSON {form}.") from error
    try:
        request = _SCHEMA.load(given)
    except ValidationError as error:
        wrong = "; ".join(f"{name}: {error.messages_dict[name]}" for name in error.messages_dict)
        raise InvalidInput(f"The video's settings are not valid: {wrong}") from error
    return make_spec(request)


def make_spec(request: Mapping[str, Any]) -> JobSpec:
    """How to track, from what `JobRequestSchema` loaded. Raises InvalidInput, UnknownEngine."""
    engine: str = request.get("engine") or _default_engine()
    wanted: Priority = request["priority"]
    prompts: list[dict[str, Any]] = request.get("prompts", [])
    return current_service().uploads.spec(engine, request["parameters"], wanted, prompts)


def _default_engine() -> str:
    for name, entry in current_service().world.engines.items():
        if entry.lack is None:
            return name
    raise UnknownEngine("No engine can run here.")
