"""Records as documents: the record itself, and beside it what is searched and sorted by."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from sammot.records import Job, TrackSummary, Upload, Video

Document = dict[str, Any]

VIDEO, JOB = TypeAdapter(Video), TypeAdapter(Job)
UPLOAD, TRACK = TypeAdapter(Upload), TypeAdapter(TrackSummary)

_PART_BYTES = 8 << 20
_FOLDED = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def folded(text: str) -> str:
    """The text as names are compared: without the case of ASCII letters."""
    return text.translate(_FOLDED)


def video_fields(video: Video) -> Document:
    """All but the id, and the number that watchers give to a change: this one has none yet."""
    fields: Document = {
        "user_id": video.user_id,
        "sha256": video.sha256,
        "status": video.status.value,
        "original_filename": folded(video.original_filename),
        "upload_time": video.upload_time.timestamp(),
        "duration": video.duration,
        "file_size": video.file_size,
        "is_deleted": video.deleted_at is not None,
        "is_pinned": video.pinned,
        "is_numbered": False,
        "record": VIDEO.dump_python(video, mode="json"),
    }
    if video.deleted_at is not None:
        fields["deleted_at"] = video.deleted_at.timestamp()
    return fields


def job_document(job: Job) -> Document:
    """Instants are seconds since 1970, as in cursors; a job that may start at once is due at 0."""
    return {
        "_id": job.id,
        "video_id": job.video_id,
        "user_id": job.user_id,
        "kind": job.kind.value,
        "state": job.state.value,
        "priority": int(job.priority),
        "created_at": job.created_at.timestamp(),
        "not_before": job.not_before.timestamp() if job.not_before else 0.0,
        "lease_expires_at": job.lease_expires_at.timestamp() if job.lease_expires_at else None,
        "record": JOB.dump_python(job, mode="json"),
    }


def upload_document(upload: Upload) -> Document:
    """Expired ones are looked for."""
    record = UPLOAD.dump_python(upload, mode="json")
    return {"_id": upload.id, "expires_at": upload.expires_at.timestamp(), "record": record}


def track_document(job_id: str, track: TrackSummary) -> Document:
    """A track's id counts within its job."""
    record = TRACK.dump_python(track, mode="json")
    key = f"{job_id}/{track.track_id}"
    return {"_id": key, "job_id": job_id, "track_id": track.track_id, "record": record}


def parts(key: str, content: bytes, fields: Mapping[str, object]) -> Iterator[Document]:
    """Bytes as documents: one, unless they would not fit into 16 MB; their ids begin with `key`."""
    for part, start in enumerate(range(0, max(1, len(content)), _PART_BYTES)):
        piece = content[start : start + _PART_BYTES]
        yield {"_id": f"{key}/{part}", **fields, "part": part, "content": piece}
