"""`multipart/form-data`, part by part, without a copy of the file on the way.

Source: RFC 7578, RFC 2046 section 5.1.1. Line breaks are CRLF, as every client writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, NamedTuple

from werkzeug.http import parse_options_header

from sammot.api.body import blocks
from sammot.errors import InvalidInput

_MAX_PARTS = 16
_MAX_TEXT = 2**16


class Part(NamedTuple):
    """The head of one part of a form; `filename` is None for a plain field."""

    name: str
    filename: str | None


def read_parts(stream: IO[bytes], boundary: str) -> Iterator[tuple[Part, Iterator[bytes]]]:
    """Each part's head and data, in their order; consume the data before the next head.

    Raises:
        InvalidInput: the body is no form, or broke off.

    """
    reader = _Reader(blocks(stream))
    delimiter = b"\r\n--" + boundary.encode()
    for _ in reader.until(delimiter):
        pass  # what comes before the first part says nothing
    for _ in range(_MAX_PARTS):
        if (mark := reader.take(2)) == b"--":
            return
        head = read_text(reader.until(b"\r\n\r\n"))
        if mark != b"\r\n":
            raise InvalidInput("The form is damaged: a boundary does not end its line.")
        yield _part(head), reader.until(delimiter)
    raise InvalidInput(f"A form may have {_MAX_PARTS} parts at most.")


def read_text(data: Iterator[bytes]) -> str:
    """A field's value. Raises InvalidInput for one that is long or not UTF-8."""
    value = bytearray()
    for block in data:
        value += block
        if len(value) > _MAX_TEXT:
            raise InvalidInput(f"A field may have {_MAX_TEXT:,} bytes at most.")
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput("The form's fields must be UTF-8.") from error


def _part(head: str) -> Part:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            options = parse_options_header(value)[1]
            return Part(options.get("name", ""), options.get("filename"))
    raise InvalidInput("The form is damaged: a part has no Content-Disposition.")


class _Reader:
    """Blocks of bytes, cut at marks."""

    def __init__(self, incoming: Iterator[bytes]) -> None:
        self._incoming = incoming
        self._ahead = bytearray(b"\r\n")  # the first boundary has no line before it

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        while len(self._ahead) < size:
            self._read()
        return self._cut(size, size)

    def until(self, mark: bytes) -> Iterator[bytes]:
        """What comes before a mark, in pieces; the mark itself is passed over."""
        while (place := self._ahead.find(mark)) < 0:
            certain = len(self._ahead) - len(mark) + 1  # the rest may begin the mark
            if certain > 0:
                yield self._cut(certain, certain)
            self._read()
        yield self._cut(place, place + len(mark))

    def _read(self) -> None:
        block = next(self._incoming, None)
        if block is None:
            raise InvalidInput("The form broke off before its end; send it again.")
        self._ahead += block

    def _cut(self, size: int, passed: int) -> bytes:
        piece = bytes(self._ahead[:size])
        del self._ahead[:passed]
        return piece
