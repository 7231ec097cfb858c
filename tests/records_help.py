"""Small valid records for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sammot.records import Job, JobKind, JobSpec, Priority, TrackSummary, Upload, Video

T0 = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LEASE = timedelta(seconds=10)


def a_video(video_id: str = "v1", **fields: Any) -> Video:
    video = Video(
        id=video_id,
        user_id="local",
        original_filename="dog.mp4",
        storage_path=f"videos/{video_id}/original",
        file_size=1000,
        sha256=f"hash of {video_id}",
        upload_time=T0,
        duration=4.0,
        container="mov",
        codec="h264",
        width=64,
        height=48,
        rotation=0,
        fps=25.0,
        frame_count=100,
        has_audio=False,
        browser_playable=True,
    )
    return replace(video, **fields)


def a_job(job_id: str = "j1", video_id: str = "v1", **fields: Any) -> Job:
    job = Job(
        id=job_id,
        video_id=video_id,
        user_id="local",
        kind=JobKind.TRACK,
        engine="motion",
        engine_version="1",
        parameters={"preset": "fast"},
        priority=Priority.NORMAL,
        created_at=T0,
        frame_count=100,
        max_attempts=3,
    )
    return replace(job, **fields)


def an_upload(upload_id: str = "u1", **fields: Any) -> Upload:
    spec = JobSpec("motion", {}, Priority.HIGH)
    upload = Upload(upload_id, "local", "dog.mp4", 10, spec, T0 + timedelta(hours=1))
    return replace(upload, **fields)


def a_track(track_id: int = 1) -> TrackSummary:
    return TrackSummary(track_id, None, ((0, 10), (12, 16)), 11.2)
