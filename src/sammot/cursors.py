"""Where a list goes on: opaque to clients, the same for every store."""

from __future__ import annotations

import base64
import binascii

import orjson

from sammot.errors import InvalidInput


def write_cursor(value: str | float, record_id: str) -> str:
    """The cursor behind a record: its sort value and its id."""
    return base64.urlsafe_b64encode(orjson.dumps([value, record_id])).decode("ascii").rstrip("=")


def read_cursor(cursor: str) -> tuple[str | float, str]:
    """What `write_cursor` was given. Raises InvalidInput for anything else."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        value, record_id = orjson.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, ValueError, TypeError) as error:
        raise InvalidInput("The cursor is not one of ours; ask for the first page.") from error
    if isinstance(value, int):
        value = float(value)
    if not isinstance(value, str | float) or not isinstance(record_id, str):
        raise InvalidInput("The cursor is not one of ours; ask for the first page.")
    return value, record_id
