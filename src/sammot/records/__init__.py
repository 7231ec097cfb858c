"""What outlives a process, and every step that a job may take.

The steps are pure: a store loads a record, applies one, and writes the answer back
atomically. So both stores share the rules, and tests of the rules need no store.
"""

from sammot.records.jobs import (
    WORKER_LOST,
    Failure,
    Job,
    JobKind,
    JobSpec,
    JobState,
    Priority,
    Progress,
)
from sammot.records.results import ChunkBounds, Page, TrackSummary
from sammot.records.videos import Playable, Upload, Video, VideoStatus

__all__ = [
    "WORKER_LOST",
    "ChunkBounds",
    "Failure",
    "Job",
    "JobKind",
    "JobSpec",
    "JobState",
    "Page",
    "Playable",
    "Priority",
    "Progress",
    "TrackSummary",
    "Upload",
    "Video",
    "VideoStatus",
]
