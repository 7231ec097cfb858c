"""The work on videos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sammot.api import wire
from sammot.api.blueprint import Blueprint
from sammot.api.context import current_service, current_user_id
from sammot.api.intake import make_spec
from sammot.api.videos import current_video
from sammot.ports import JobQuery
from sammot.records import Job, JobState

blueprint = Blueprint("jobs", __name__, description="Jobs.")


def current_job(job_id: str) -> Job:
    """The sender's job of that id. Raises NotFound."""
    return current_service().jobs.get(current_user_id(), job_id)


@blueprint.route("/api/jobs", methods=["GET"])
@blueprint.arguments(wire.JobQuerySchema, location="query")
@blueprint.response(200, wire.JobPageSchema)
def list_jobs(query: dict[str, Any]) -> dict[str, Any]:
    """The jobs, newest first, a page at a time."""
    page = current_service().jobs.list(JobQuery(current_user_id(), **query))
    return {"items": _views(page.items), "next_cursor": page.next_cursor, "total": page.total}


@blueprint.route("/api/jobs/<job_id>", methods=["GET"])
@blueprint.response(200, wire.JobSchema)
@blueprint.alt_response(404)
def get_job(job_id: str) -> dict[str, Any]:
    """One job."""
    return _view(current_job(job_id))


@blueprint.route("/api/videos/<video_id>/jobs", methods=["POST"])
@blueprint.arguments(wire.JobRequestSchema)
@blueprint.response(201, wire.JobSchema)
@blueprint.alt_response(404)
@blueprint.alt_response(422)
def track_again(body: dict[str, Any], video_id: str) -> dict[str, Any]:
    """Track a video anew; what still tracks it is cancelled."""
    video = current_video(video_id)
    return _view(current_service().jobs.submit(video, make_spec(body)))


@blueprint.route("/api/jobs/<job_id>/cancel", methods=["POST"])
@blueprint.response(200, wire.JobSchema)
@blueprint.alt_response(404)
@blueprint.alt_response(409, description="It is over already.")
def cancel_job(job_id: str) -> dict[str, Any]:
    """Stop a job."""
    return _view(current_service().jobs.cancel(current_user_id(), job_id))


@blueprint.route("/api/jobs/<job_id>/retry", methods=["POST"])
@blueprint.response(200, wire.JobSchema)
@blueprint.alt_response(404)
@blueprint.alt_response(409, description="It neither failed nor was cancelled.")
def retry_job(job_id: str) -> dict[str, Any]:
    """Let a job go on from its last chunk."""
    return _view(current_service().jobs.retry(current_user_id(), job_id))


def _view(job: Job) -> dict[str, Any]:
    return _views([job])[0]


def _views(jobs: Sequence[Job]) -> list[dict[str, Any]]:
    waiting = [job for job in jobs if job.state is JobState.QUEUED]
    positions = current_service().world.store.queue_positions(waiting) if waiting else {}
    return [wire.job_view(job, positions.get(job.id)) for job in jobs]
