"""Results as they are stored: chunks of frames that never change."""

from __future__ import annotations

import gzip
from hashlib import blake2b
from typing import Any

from flask import Response, request

from sammot.api import wire_results
from sammot.api.blueprint import Blueprint
from sammot.api.context import current_service
from sammot.api.jobs import current_job
from sammot.records import JobState
from sammot.service.chunks import CHUNK_FRAMES

blueprint = Blueprint("chunks", __name__, url_prefix="/api/jobs", description="Raw results.")


@blueprint.route("/<job_id>/chunks", methods=["GET"])
@blueprint.response(200, wire_results.ChunkListSchema)
@blueprint.alt_response(404)
def list_chunks(job_id: str) -> dict[str, Any]:
    """The chunks that are ready, in the order of their frames."""
    job = current_job(job_id)
    return {
        "job_id": job.id,
        "chunk_frames": CHUNK_FRAMES,
        "complete": job.state is JobState.COMPLETED,
        "items": current_service().results.chunk_bounds(job),
    }


@blueprint.route("/<job_id>/chunks/<int(max=999999999):chunk>", methods=["GET"])
@blueprint.response(200, wire_results.ChunkSchema)
@blueprint.alt_response(404)
def get_chunk(job_id: str, chunk: int) -> Response:
    """One chunk, as it was stored: it never changes."""
    payload = current_service().results.chunk(current_job(job_id), chunk)
    response = Response(content_type="application/json")
    response.set_etag(blake2b(payload, digest_size=16).hexdigest())
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") > 0:
        response.headers["Content-Encoding"] = "gzip"
        response.set_data(payload)
    else:
        response.set_data(gzip.decompress(payload))
    response.make_conditional(request)
    return response
