"""The writes that videos, jobs and results share, inside a transaction."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace

from sammot.adapters.mongo_store.documents import JOB, VIDEO, job_document, video_fields
from sammot.adapters.mongo_store.link import Step
from sammot.records import Job, Video

_SLOTS = 8


def insert_video(step: Step, video: Video) -> Video:
    """Raises DuplicateKeyError."""
    return _written(step, None, replace(video, revision=1))


def write_video(step: Step, before: Video, video: Video) -> Video:
    """Write a video that is there under its next revision."""
    return _written(step, before, replace(video, revision=before.revision + 1))


def _written(step: Step, before: Video | None, video: Video) -> Video:
    fields = video_fields(video)
    if before is None:
        step.db.videos.insert_one({"_id": video.id, **fields}, session=step.session)
    else:  # not replaced: the number of its last change stays for those who have not seen it
        step.db.videos.update_one({"_id": video.id}, {"$set": fields}, session=step.session)
    _count(step, before, video)
    return video


def _count(step: Step, before: Video | None, after: Video) -> None:
    """Keep how many videos of each status a user has: counting 100,000 takes 50 ms.

    Each user's count is spread over some documents, so that steps rarely meet in one.
    """
    gone, come = _counted(before), _counted(after)
    if gone == come:
        return
    change = ({gone: -1} if gone else {}) | ({come: 1} if come else {})
    key = f"{after.user_id}/{zlib.crc32(after.id.encode()) % _SLOTS}"
    step.db.video_counts.update_one(
        {"_id": key},
        {"$inc": change, "$setOnInsert": {"user_id": after.user_id}},
        upsert=True,
        session=step.session,
    )


def _counted(video: Video | None) -> str | None:
    """What a video counts as."""
    return None if video is None or video.deleted_at is not None else f"count.{video.status.value}"


def change_job(step: Step, job: Job, change: Callable[[Job], Job]) -> Job:
    """The job after `change`, written together with what its video shows of it."""
    before, job = job, change(job)
    if job == before:
        return job
    step.db.jobs.replace_one({"_id": job.id}, job_document(job), session=step.session)
    shown = step.db.videos.find_one({"_id": job.video_id}, {"record": 1}, session=step.session)
    if shown is not None:
        video = VIDEO.validate_python(shown["record"])
        write_video(step, video, video.showing(job))
    return job


def read_job(step: Step, job_id: str) -> Job | None:
    """The job as this step sees it."""
    found = step.db.jobs.find_one({"_id": job_id}, {"record": 1}, session=step.session)
    return None if found is None else JOB.validate_python(found["record"])
