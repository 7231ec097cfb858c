"""What is done with a video for each kind of job."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sammot import video
from sammot.records import Job, JobKind, Video
from sammot.service import Service
from sammot.service.world import annotated_key, proxy_key
from sammot.worker.pulse import Pulse
from sammot.worker.spans import track_in_spans, track_span
from sammot.worker.tracking import track_whole


def track(service: Service, job: Job, pulse: Pulse) -> int:
    """Find and follow everything that moves; the number of frames."""
    return (track_in_spans if job.span_frames else track_whole)(service, job, pulse)


def proxy(service: Service, job: Job, pulse: Pulse) -> int:
    """Make the copy that browsers can play; the number of its frames."""
    record = service.library.get(job.user_id, job.video_id)
    with _copying(service, job, record, proxy_key(record.id)) as (path, target):
        video.make_proxy(path, target, progress=pulse.step)
    return record.frame_count


def render_annotated(service: Service, job: Job, pulse: Pulse) -> int:
    """Draw a tracking job's results into the video; the number of its frames."""
    record = service.library.get(job.user_id, job.video_id)
    tracked = service.jobs.get(job.user_id, job.parameters["job_id"])
    with _copying(service, job, record, annotated_key(record.id, tracked.id)) as (path, target):
        video.render(path, target, service.results.frames(tracked), progress=pulse.step)
    return record.frame_count


@contextmanager
def _copying(service: Service, job: Job, record: Video, key: str) -> Iterator[tuple[Path, Path]]:
    """Where the original lies, and where to write what is made of it.

    It takes its place only if the job is still ours. Raises StorageFull where it could not fit
    beside the room that uploads and the database need.
    """
    service.uploads.require_room(record.file_size)
    objects = service.world.objects
    with objects.local(record.storage_path) as path, objects.writing(key) as target:
        yield path, target
        service.leases.check(job)


TASKS: Mapping[JobKind, Callable[[Service, Job, Pulse], int]] = {
    JobKind.TRACK: track,
    JobKind.SPAN: track_span,
    JobKind.PROXY: proxy,
    JobKind.RENDER: render_annotated,
}
