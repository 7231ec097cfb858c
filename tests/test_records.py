from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from records_help import LEASE, T0, a_job, a_video
from sammot.errors import Conflict
from sammot.records import Job, JobKind, JobState, Playable, Progress, VideoStatus


def running() -> Job:
    return a_job().claimed("worker", T0, LEASE)


def test_a_claim_counts_an_attempt_and_opens_an_epoch() -> None:
    job = running()
    assert (job.state, job.attempt, job.epoch) == (JobState.RUNNING, 1, 1)
    assert job.lease_expires_at == T0 + LEASE


def test_a_beat_prolongs_the_lease() -> None:
    later = T0 + timedelta(seconds=5)
    job = running().beaten(1, later, LEASE, Progress(7, 30.0, 3.1))
    assert (job.lease_expires_at, job.frames_done, job.fps) == (later + LEASE, 7, 30.0)


@pytest.mark.parametrize(
    "step",
    [
        lambda job: job.beaten(0, T0, LEASE, Progress(1, 1.0, None)),
        lambda job: job.advanced(0, 16, 1, 0.5),
        lambda job: job.completed(0, T0, 100, 0.0),
        lambda job: job.failed(0, T0, "why", None),
        lambda job: job.released(0),
    ],
)
def test_no_step_is_taken_under_an_old_epoch(step: Callable[[Job], Job]) -> None:
    with pytest.raises(Conflict):
        step(running())


def test_cancelling_ends_the_epoch_of_the_worker() -> None:
    job = running().cancelled(T0)
    with pytest.raises(Conflict):
        job.advanced(1, 16, 1, 0.5)


def test_what_is_over_cannot_be_cancelled() -> None:
    job = running().completed(1, T0, 100, 0.0)
    with pytest.raises(Conflict):
        job.cancelled(T0)


def test_a_failure_waits_its_backoff_and_keeps_its_reason() -> None:
    job = running().failed(1, T0, "out of memory", timedelta(seconds=2))
    assert (job.state, job.not_before) == (JobState.QUEUED, T0 + timedelta(seconds=2))
    assert [failure.reason for failure in job.failures] == ["out of memory"]


def test_each_failure_without_progress_waits_four_times_as_long_but_never_for_ever() -> None:
    pauses = []
    job = a_job(max_attempts=99)
    for epoch in range(1, 60):
        job = job.claimed("worker", T0, LEASE).failed(epoch, T0, "crash", timedelta(seconds=2))
        pauses.append((job.not_before or T0) - T0)
    assert pauses[:3] == [timedelta(seconds=2), timedelta(seconds=8), timedelta(seconds=32)]
    assert pauses[-1] == timedelta(minutes=10)


def test_a_failure_behind_a_stored_chunk_waits_the_shortest() -> None:
    job = replace(running(), stalled=3).advanced(1, 16, 1, 0.1)
    assert job.failed(1, T0, "x", timedelta(seconds=2)).not_before == T0 + timedelta(seconds=2)


def test_a_worker_that_beat_in_time_has_not_lost_its_job() -> None:
    late = T0 + 2 * LEASE
    lost = running().lost(late, "silent", timedelta(0))
    assert (lost.state, lost.failures[0].code) == (JobState.QUEUED, "worker-lost")
    beaten = running().beaten(1, late, LEASE, Progress(7, 30.0, 3.1))
    with pytest.raises(Conflict):
        beaten.lost(late, "silent", timedelta(0))


def test_a_job_in_nobodys_hands_has_no_speed_and_stands_at_its_last_chunk() -> None:
    job = running().advanced(1, 16, 1, 0.1).beaten(1, T0, LEASE, Progress(30, 25.0, 2.8))
    for idle in (job.released(1), job.failed(1, T0, "x", timedelta(0)), job.cancelled(T0)):
        assert (idle.frames_done, idle.fps, idle.eta_seconds, idle.owner) == (16, 0.0, None, None)


def test_attempts_without_progress_are_bounded() -> None:
    job = a_job()
    for epoch in (1, 2, 3):
        job = job.claimed("worker", T0, LEASE).failed(epoch, T0, "crash", timedelta(0))
    assert (job.state, job.error_message) == (JobState.FAILED, "crash")


def test_a_stored_chunk_renews_the_attempts() -> None:
    job = a_job()
    for epoch in range(1, 11):
        job = job.claimed("worker", T0, LEASE).advanced(epoch, epoch * 8, 1, 0.1)
        job = job.failed(epoch, T0, "killed", timedelta(0))
    assert (job.state, job.attempt, job.frames_ready) == (JobState.QUEUED, 10, 80)


def test_a_hopeless_failure_is_final_at_once() -> None:
    assert running().failed(1, T0, "not a video", None).state is JobState.FAILED


def test_a_released_job_has_lost_no_attempt() -> None:
    job = running().released(1)
    assert (job.state, job.attempt, job.stalled) == (JobState.QUEUED, 0, 0)


def test_a_retry_keeps_the_frames_that_are_ready() -> None:
    job = running().advanced(1, 16, 1, 0.1).failed(1, T0, "why", None).retried()
    assert (job.state, job.frames_ready, job.error_message) == (JobState.QUEUED, 16, None)


def test_only_what_failed_or_was_cancelled_is_retried() -> None:
    with pytest.raises(Conflict):
        running().retried()


def test_progress_is_a_share_and_never_above_one() -> None:
    assert replace(running(), frames_done=150).progress == 1.0
    assert replace(running(), frames_done=25).progress == 0.25
    assert replace(running(), frame_count=None).progress == 0.0


@pytest.mark.parametrize(
    ("job", "status"),
    [
        (a_job(), VideoStatus.UPLOADED),
        (running(), VideoStatus.PROCESSING),
        (running().failed(1, T0, "x", timedelta(1)), VideoStatus.PROCESSING),
        (running().completed(1, T0, 99, 0.0), VideoStatus.COMPLETED),
        (running().failed(1, T0, "x", None), VideoStatus.FAILED),
        (running().cancelled(T0), VideoStatus.CANCELLED),
    ],
)
def test_a_video_shows_its_current_job(job: Job, status: VideoStatus) -> None:
    assert a_video(job_id="j1").showing(job).status is status


def test_a_video_does_not_show_a_job_of_the_past() -> None:
    video = a_video(job_id="another")
    assert video.showing(running()) == video


def test_decoding_corrects_the_frame_count() -> None:
    done = running().completed(1, T0, 97, 0.0)
    assert a_video(job_id="j1").showing(done).frame_count == 97


def test_a_proxy_makes_a_video_playable() -> None:
    job = replace(a_job(kind=JobKind.PROXY), state=JobState.COMPLETED)
    video = a_video(playable=Playable.PREPARING).showing(job)
    assert video.playable is Playable.READY
