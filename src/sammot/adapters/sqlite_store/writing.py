from __future__ import annotations

import sqlite3
from dataclasses import replace

from pydantic import TypeAdapter

from sammot.adapters.sqlite_store.base import marks
from sammot.records import Job, TrackSummary, Upload, Video

VIDEO, JOB = TypeAdapter(Video), TypeAdapter(Job)
UPLOAD, TRACK = TypeAdapter(Upload), TypeAdapter(TrackSummary)


def write_upload(db: sqlite3.Connection, upload: Upload) -> None:
    """Write an upload, new or not."""
    row = (upload.id, upload.expires_at.timestamp(), UPLOAD.dump_json(upload))
    db.execute("INSERT OR REPLACE INTO uploads VALUES (?, ?, ?)", row)


def write_video(db: sqlite3.Connection, video: Video) -> Video:
    """Write a video under the next revision."""
    row = db.execute("UPDATE counter SET revision = revision + 1 RETURNING revision").fetchone()
    video = replace(video, revision=int(row[0]))
    fields = (video.id, video.user_id, video.sha256, video.status, video.original_filename)
    sorting = (video.upload_time.timestamp(), video.duration, video.file_size, video.revision)
    # Not INSERT OR REPLACE: that would silently remove another video of the same hash.
    db.execute(
        f"INSERT INTO videos VALUES ({marks(range(11))}) ON CONFLICT (id) DO UPDATE SET"
        " status = excluded.status, original_filename = excluded.original_filename,"
        " duration = excluded.duration, revision = excluded.revision,"
        " is_deleted = excluded.is_deleted, record = excluded.record",
        (*fields, *sorting, video.deleted_at is not None, VIDEO.dump_json(video)),
    )
    return video


def _job_row(job: Job) -> tuple[object, ...]:
    who = (job.id, job.video_id, job.user_id, job.kind, job.state, int(job.priority))
    not_before = job.not_before.timestamp() if job.not_before else 0.0
    lease = job.lease_expires_at.timestamp() if job.lease_expires_at else None
    return (*who, job.created_at.timestamp(), not_before, lease, JOB.dump_json(job))


def add_job(db: sqlite3.Connection, job: Job) -> None:
    """Write a new job. Raises IntegrityError where it is there."""
    db.execute(f"INSERT INTO jobs VALUES ({marks(range(10))})", _job_row(job))


def write_job(db: sqlite3.Connection, job: Job) -> None:
    """Write a job, new or not."""
    db.execute(f"INSERT OR REPLACE INTO jobs VALUES ({marks(range(10))})", _job_row(job))
