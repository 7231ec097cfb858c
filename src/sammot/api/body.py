"""Request bodies that are never held as a whole."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import IO

from flask import request
from werkzeug.exceptions import ClientDisconnected

from sammot.api.prometheus import UPLOAD_BYTES

BLOCK = 2**20
"""Bytes read at a time."""

SILENCE_SECONDS = 60
"""A sender that is silent for longer has gone: what it sent is kept, and others may go on."""


def unlimited() -> IO[bytes]:
    """The stream of a body that is not bound by the limit on small requests."""
    request.max_content_length = sys.maxsize
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(SILENCE_SECONDS)
    return request.stream


def blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """What the client sends, until it ends or breaks off."""
    while block := _read(stream):
        UPLOAD_BYTES.inc(len(block))
        yield block


def _read(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(BLOCK)
    except (ClientDisconnected, OSError):
        return b""
