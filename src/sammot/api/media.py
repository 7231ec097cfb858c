"""Files out: whole or in part, to be shown or to be saved under a name."""

from __future__ import annotations

import re
import unicodedata
from typing import BinaryIO
from urllib.parse import quote, urlsplit

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import FileWrapper

from sammot.api.context import current_config, current_service
from sammot.ports import ObjectInfo

_BLOCK = 2**18
_URL_SECONDS = 3600
"""For so long an address opens the object that it names to whoever has it."""
_PLAYABLE_TYPES = {"mov": "video/mp4", "matroska": "video/webm", "webm": "video/webm"}


def send_object(key: str, content_type: str, *, filename: str | None = None) -> Response:
    """An object, or the `Range` of it that is asked for; with `filename`, to be saved under it.

    Where objects have addresses of their own, the browser is sent to that one.

    Raises NotFound.
    """
    objects = current_service().world.objects
    disposition = None if filename is None else attachment(filename)
    url = objects.url(key, content_type, _URL_SECONDS, disposition=disposition)
    if url is not None and _may_go_elsewhere():
        return _elsewhere(url)
    info = objects.info(key)
    response = Response(content_type=content_type)
    response.headers["Cache-Control"] = "private, no-cache"
    if disposition is not None:
        response.headers["Content-Disposition"] = disposition
    if url is None and (location := current_config().files_location):
        response.headers["X-Accel-Redirect"] = location + quote(key)
        return response
    return _read(response, objects.open(key), info)


def _read(response: Response, file: BinaryIO, info: ObjectInfo) -> Response:
    """The response with what it is asked for of a file."""
    response.response = FileWrapper(file, _BLOCK)
    response.direct_passthrough = True
    response.content_length = info.size
    response.last_modified = info.modified_at
    response.set_etag(info.etag)
    response.headers["Accept-Ranges"] = "bytes"
    try:
        response.make_conditional(request, accept_ranges=_is_one_part(), complete_length=info.size)
    except RequestedRangeNotSatisfiable:
        file.close()
        raise
    if response.status_code == 304 or request.method == "HEAD":
        file.close()
    return response


def _may_go_elsewhere() -> bool:
    """Not to learn of it only (addresses answer GET alone), nor for scripts (another origin)."""
    return request.method != "HEAD" and request.headers.get("Sec-Fetch-Mode") != "cors"


def _elsewhere(url: str) -> Response:
    """The browser may ask the same address again for half of its time."""
    response = Response(status=307, headers={"Location": url})
    response.headers["Cache-Control"] = f"private, max-age={_URL_SECONDS // 2}"
    return response


def _is_one_part() -> bool:
    """Whether one range of bytes is wanted; any other wish is passed over (RFC 9110, 14.2)."""
    wanted = request.range
    return wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1


def media_origin() -> str | None:
    """Where browsers find the objects that have addresses of their own."""
    url = current_service().world.objects.url("any", "", 1, disposition=None)
    return None if url is None else urlsplit(url)._replace(path="", query="").geturl()


def playable_type(container: str) -> str:
    """What a browser should take an original for that it can play."""
    return _PLAYABLE_TYPES.get(container.split(",", maxsplit=1)[0], "application/octet-stream")


def attachment(filename: str) -> str:
    """Content-Disposition: the name in plain ASCII, and as it is (RFC 5987)."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w .()\[\]+-]", "_", plain, flags=re.ASCII) or "video"
    if plain == filename:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def renamed(filename: str, ending: str) -> str:
    """The name of a file made from that of a video: `dog.mp4` -> `dog.tracks.csv`."""
    stem, dot, _ = filename.rpartition(".")
    return (stem if stem and dot else filename) + ending
