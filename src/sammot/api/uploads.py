"""tus 1.0: uploads that go on where they were cut off."""

from __future__ import annotations

import orjson
from flask import Response, request, url_for
from werkzeug.exceptions import BadRequest, PreconditionFailed, UnsupportedMediaType
from werkzeug.http import http_date

from sammot.api import body, tus
from sammot.api.blueprint import Blueprint
from sammot.api.context import current_service, current_user_id
from sammot.api.intake import read_spec
from sammot.errors import InvalidInput
from sammot.records import Upload
from sammot.service import CHECKSUMS, read_checksum

blueprint = Blueprint(
    "uploads", __name__, url_prefix="/api/uploads", description="Resumable uploads (tus 1.0)."
)


def _check_version() -> None:
    """Refuse other versions of tus than ours."""
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != tus.VERSION:
        raise PreconditionFailed(f"This is tus {tus.VERSION}; send `Tus-Resumable: {tus.VERSION}`.")


def _name_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = tus.VERSION
    if response.status_code == 412:
        response.headers["Tus-Version"] = tus.VERSION
    return response


blueprint.before_request(_check_version)
blueprint.after_request(_name_version)


@blueprint.route("", methods=["OPTIONS"])
@blueprint.response(204)
def describe_uploads() -> Response:
    """What this server can do."""
    headers = {
        "Tus-Version": tus.VERSION,
        "Tus-Extension": tus.EXTENSIONS,
        "Tus-Max-Size": str(current_service().world.policy.max_bytes),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
    }
    return Response(status=204, headers=headers)


@blueprint.route("", methods=["POST"])
@blueprint.response(201, description="Its address is in `Location`.")
@blueprint.alt_response(413, description="Over the limit on size.")
@blueprint.alt_response(507, description="No room for it.")
def create_upload() -> Response:
    """Begin an upload; its first bytes may come along.

    `Upload-Metadata` holds `filename`, and may hold `engine`, `parameters` (JSON), `priority`.
    """
    if {"Upload-Defer-Length", "Upload-Concat"} & set(request.headers.keys()):
        raise BadRequest("Neither deferred lengths nor concatenation are offered.")
    size = tus.read_count("Upload-Length", request.headers.get("Upload-Length"))
    words = tus.read_metadata(request.headers.get("Upload-Metadata", ""))
    if "filename" not in words:
        raise InvalidInput("Upload-Metadata must hold a filename.")
    upload = current_service().uploads.begin(
        current_user_id(), words["filename"], size, read_spec(words)
    )
    response = Response(status=201, headers=_expiry(upload))
    response.headers["Location"] = url_for(".append_to_upload", upload_id=upload.id)
    if request.mimetype == tus.OFFSET_TYPE or size == 0:
        _append(upload, 0, response)
    return response


@blueprint.route("/<upload_id>", methods=["HEAD"])
@blueprint.response(200, description="`Upload-Offset` says where to go on.")
def describe_upload(upload_id: str) -> Response:
    """How much has arrived; of a complete upload, also the video that it became."""
    uploads = current_service().uploads
    upload = uploads.get(current_user_id(), upload_id)
    response = Response(headers=_expiry(upload))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Upload-Length"] = str(upload.size)
    response.headers["Upload-Metadata"] = tus.write_metadata(_words(upload))
    _tell_offset(upload, uploads.offset(upload), response)
    return response


@blueprint.route("/<upload_id>", methods=["PATCH"])
@blueprint.response(204, description="The last one carries `Sammot-Video-Id`.")
@blueprint.alt_response(409, description="The upload stands at another offset.")
@blueprint.alt_response(423, description="Another request is writing.")
def append_to_upload(upload_id: str) -> Response:
    """Add bytes at `Upload-Offset`; behind the last one, the file is taken in or refused."""
    upload = current_service().uploads.get(current_user_id(), upload_id)
    if request.mimetype != tus.OFFSET_TYPE:
        raise UnsupportedMediaType(f"Send the bytes as {tus.OFFSET_TYPE}.")
    offset = tus.read_count("Upload-Offset", request.headers.get("Upload-Offset"))
    response = Response(status=204, headers=_expiry(upload))
    _append(upload, offset, response)
    return response


@blueprint.route("/<upload_id>", methods=["DELETE"])
@blueprint.response(204)
def discard_upload(upload_id: str) -> Response:
    """End an upload and forget its bytes."""
    uploads = current_service().uploads
    uploads.discard(uploads.get(current_user_id(), upload_id))
    return Response(status=204)


def _append(upload: Upload, offset: int, response: Response) -> None:
    checksum = request.headers.get("Upload-Checksum")
    arrived = current_service().uploads.append(
        upload,
        offset,
        body.blocks(body.unlimited()),
        checksum=None if checksum is None else _checksum(checksum),
    )
    _tell_offset(upload, arrived, response)


def _checksum(header: str) -> tuple[str, bytes]:
    algorithm, digest = read_checksum(header)
    if algorithm not in CHECKSUMS:
        raise BadRequest(f"Checksums are taken as {', '.join(CHECKSUMS)}.")
    return algorithm, digest


def _tell_offset(upload: Upload, offset: int, response: Response) -> None:
    """Also finishes an upload that is complete, or was when the server was cut off."""
    response.headers["Upload-Offset"] = str(offset)
    if offset == upload.size:
        video, duplicate = current_service().uploads.finish(upload)
        response.headers["Sammot-Video-Id"] = video.id
        if duplicate:
            response.headers["Sammot-Duplicate"] = "true"


def _expiry(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": http_date(upload.expires_at)}


def _words(upload: Upload) -> dict[str, str]:
    return {
        "filename": upload.filename,
        "engine": upload.spec.engine,
        "parameters": orjson.dumps(upload.spec.parameters).decode(),
        "priority": upload.spec.priority.name.lower(),
    }
