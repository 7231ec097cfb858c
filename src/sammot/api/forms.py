"""A video in one request, from a form."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from flask import request
from werkzeug.exceptions import LengthRequired, UnsupportedMediaType

from sammot.api import body, wire
from sammot.api.blueprint import Blueprint
from sammot.api.context import current_service, current_user_id
from sammot.api.intake import WORDS, read_spec
from sammot.api.multipart import read_parts, read_text
from sammot.errors import InvalidInput, StorageFull, Unavailable
from sammot.records import Upload

blueprint = Blueprint("forms", __name__, description="Videos in one request.")

_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "contentMediaType": "application/octet-stream"},
                    "engine": {"type": "string"},
                    "parameters": {"type": "string", "contentMediaType": "application/json"},
                    "priority": {"type": "string", "enum": ["high", "normal", "low"]},
                },
            }
        }
    },
}


@blueprint.route("/api/videos/upload", methods=["POST"])
@blueprint.doc(requestBody=_FORM)
@blueprint.response(201, wire.VideoSchema)
@blueprint.alt_response(200, schema=wire.VideoSchema, description="The same bytes came before.")
@blueprint.alt_response(413, description="Over the limit on size.")
@blueprint.alt_response(422, description="Not a video that can be read, or over the limits.")
def upload_video() -> tuple[dict[str, Any], int]:
    """Take a file in; its tracking starts by itself."""
    boundary = request.mimetype_params.get("boundary")
    if request.mimetype != "multipart/form-data" or not boundary:
        raise UnsupportedMediaType("Send a form (multipart/form-data) with the field `file`.")
    if request.content_length is None:
        raise LengthRequired("Send Content-Length, or upload through /api/uploads.")
    upload = _receive(boundary, request.content_length)
    uploads = current_service().uploads
    try:
        video, duplicate = uploads.finish(upload)
    except (StorageFull, Unavailable):  # a form is not resumed: it will be sent anew
        uploads.discard(upload)
        raise
    return wire.video_view(video, duplicate=duplicate), 200 if duplicate else 201


def _receive(boundary: str, length: int) -> Upload:
    """The form's file as a complete upload; no more than `length` bytes are expected."""
    uploads = current_service().uploads
    upload: Upload | None = None
    words: dict[str, str] = {}
    arrived = 0
    with ExitStack() as undo:
        for head, data in read_parts(body.unlimited(), boundary):
            if head.name == "file" and head.filename is not None and upload is None:
                upload = uploads.begin(current_user_id(), head.filename, length, read_spec({}))
                undo.callback(uploads.discard, upload)
                arrived = uploads.append(upload, 0, data)
            elif head.name in WORDS:
                words[head.name] = read_text(data)
            else:
                raise InvalidInput(f"The form may hold one `file` and {', '.join(WORDS)}.")
        if upload is None:
            raise InvalidInput("The form has no field `file` with a file in it.")
        upload = uploads.settle(upload, arrived, read_spec(words))
        undo.pop_all()
    return upload
