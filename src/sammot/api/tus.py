"""The headers of tus 1.0, read strictly."""

from __future__ import annotations

import base64
import re

from werkzeug.exceptions import BadRequest

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
OFFSET_TYPE = "application/offset+octet-stream"

_COUNT = re.compile(r"[0-9]{1,18}")
_KEY = re.compile(r"[!-+\--~]+")


def read_count(name: str, value: str | None) -> int:
    """A header that counts bytes. Raises BadRequest for one that is absent or no number."""
    if value is None or not _COUNT.fullmatch(value):
        raise BadRequest(f"{name} must be a number of bytes.")
    return int(value)


def read_metadata(header: str) -> dict[str, str]:
    """`Upload-Metadata`: pairs of a key and base64 of UTF-8, separated by commas.

    Raises BadRequest for anything else, and for a key that comes twice.
    """
    found: dict[str, str] = {}
    for pair in header.split(",") if header.strip() else ():
        key, _, encoded = pair.strip().partition(" ")
        if not _KEY.fullmatch(key) or key in found:
            raise BadRequest("Upload-Metadata holds an empty, odd or repeated key.")
        try:
            found[key] = base64.b64decode(encoded, validate=True).decode()
        except ValueError as error:
            raise BadRequest("Upload-Metadata must hold base64 of UTF-8 text.") from error
    return found


def write_metadata(values: dict[str, str]) -> str:
    """The opposite of `read_metadata`."""
    return ",".join(f"{key} {base64.b64encode(values[key].encode()).decode()}" for key in values)
