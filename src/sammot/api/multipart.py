"""`multipart/form-data`, part by part, without a copy of the file on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import (
    Data,
    Epilogue,
    Event,
    Field,
    File,
    MultipartDecoder,
    NeedData,
)

from sammot.api.body import BLOCK, blocks
from sammot.errors import InvalidInput

_MAX_PARTS = 16
_MAX_FIELD = 2**16


def read_parts(stream: IO[bytes], boundary: str) -> Iterator[tuple[Field | File, Iterator[bytes]]]:
    """Each part's head and data, in their order; consume the data before the next head.

    Raises:
        InvalidInput: the body is no form, or broke off.

    """
    decoder = MultipartDecoder(
        boundary.encode(), max_form_memory_size=4 * BLOCK, max_parts=_MAX_PARTS
    )
    events = _events(decoder, blocks(stream))
    for event in events:
        if isinstance(event, Field | File):
            yield event, _data(events)


def read_text(data: Iterator[bytes]) -> str:
    """A field's value. Raises InvalidInput for one that is long or not UTF-8."""
    value = bytearray()
    for block in data:
        value += block
        if len(value) > _MAX_FIELD:
            raise InvalidInput(f"A field may have {_MAX_FIELD:,} bytes at most.")
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput("The form's fields must be UTF-8.") from error


def _events(decoder: MultipartDecoder, incoming: Iterator[bytes]) -> Iterator[Event]:
    try:
        while not isinstance(event := decoder.next_event(), Epilogue):
            if isinstance(event, NeedData):
                decoder.receive_data(next(incoming, None))
            else:
                yield event
    except (ValueError, RequestEntityTooLarge) as error:
        raise InvalidInput("The form is damaged, or it broke off; send it again.") from error


def _data(events: Iterator[Event]) -> Iterator[bytes]:
    for event in events:
        if isinstance(event, Data):
            yield event.data
            if not event.more_data:
                return
