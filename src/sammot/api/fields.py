"""Fields and the base of the schemas: how single values are written and read."""
# ruff: noqa: ANN401, ARG002 - the signatures are marshmallow's

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.fields import Field

from sammot.records import Priority

_PRIORITIES = {priority.name.lower(): priority for priority in Priority}


class Shape(Schema):
    """An object that we send: each of its fields is always there."""

    def on_bind_field(self, field_name: str, field_obj: Field[Any]) -> None:
        super().on_bind_field(field_name, field_obj)
        field_obj.required = True


class Instant(fields.DateTime):
    """ISO 8601 in UTC, to the millisecond."""

    def _serialize(
        self, value: datetime | None, attr: str | None, obj: object, **kwargs: Any
    ) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class PriorityName(fields.String):
    """A `Priority`, in words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"enum": list(_PRIORITIES)}, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: object, **kwargs: Any) -> str | None:
        return None if value is None else Priority(value).name.lower()

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if not isinstance(value, str) or value not in _PRIORITIES:
            raise ValidationError(f"Must be one of: {', '.join(_PRIORITIES)}.")
        return _PRIORITIES[value]


def one_of(choices: type[Enum], **kwargs: Any) -> Field[Any]:
    """A member of an enumeration of strings, by its value."""
    return fields.Enum(choices, by_value=fields.String, **kwargs)
