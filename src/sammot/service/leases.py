from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sammot.errors import Conflict, NotFound, Unavailable
from sammot.ports import ChunkContent
from sammot.records import WORKER_LOST, ChunkBounds, Job, JobKind, JobState, Progress
from sammot.service.tallies import count_completed, count_failed, count_frames
from sammot.service.world import World

_LOST = "The worker stopped answering; it may have run out of memory or been ended."


@dataclass(frozen=True, slots=True)
class Leases:
    """What workers do with jobs: claim one, hold it while they work, and give it back or end it."""

    world: World

    def announce_worker(self, owner: str, kinds: Sequence[JobKind]) -> None:
        """This worker lives and takes such jobs; to be said again within a lease. None: it left."""
        now = self.world.now()
        self.world.store.beat_worker(owner, kinds, now, now + self.world.policy.lease)

    def claim(self, owner: str, kinds: Sequence[JobKind]) -> Job | None:
        """The next job, now ours until `lease` after the last beat; None if there is none."""
        now, lease = self.world.now(), self.world.policy.lease
        job = self.world.store.claim_job(kinds, now, lambda job: job.claimed(owner, now, lease))
        if job is not None:
            self.world.events.publish(job.video_id)
        return job

    def take(self, owner: str, job: Job) -> Job | None:
        """This very job, now ours; None where it is not there to be claimed any more."""
        now, lease = self.world.now(), self.world.policy.lease
        with suppress(Conflict):
            return self._step(job, lambda old: old.waiting(now).claimed(owner, now, lease))
        return None

    def beat(self, job: Job, progress: Progress) -> Job:
        """Still alive. Raises Conflict when the job is ours no longer: stop."""
        now, lease = self.world.now(), self.world.policy.lease
        return self._step(job, lambda old: old.beaten(job.epoch, now, lease, progress))

    def store_chunk(
        self,
        job: Job,
        bounds: ChunkBounds,
        content: ChunkContent,
        *,
        track_count: int,
        seconds: float,
    ) -> Job:
        """Frames are ready for everybody. Raises Conflict when the job is ours no longer."""
        job = self.world.store.put_chunk(
            job.id,
            bounds,
            content,
            lambda old: old.advanced(job.epoch, bounds.stop, track_count, seconds),
        )
        self.world.events.publish(job.video_id)
        count_frames(self.world.store, job, bounds.stop - bounds.start, seconds)
        return job

    def check(self, job: Job) -> None:
        """Raises Conflict, NotFound when the job is ours no longer."""
        self.world.store.get_job(job.id).held(job.epoch)

    def complete(self, job: Job, frame_count: int, seconds: float = 0.0) -> Job:
        """Raises Conflict when the job is ours no longer."""
        now = self.world.now()
        job = self._step(job, lambda old: old.completed(job.epoch, now, frame_count, seconds))
        count_completed(self.world.store, job)
        return job

    def fail(self, job: Job, reason: str, *, code: str, is_final: bool) -> Job:
        """This attempt did not succeed; under `code` such failures are told and counted.

        Raises Conflict when the job is ours no longer.
        """
        now = self.world.now()
        backoff = None if is_final else self.world.policy.backoff
        job = self._step(job, lambda old: old.failed(job.epoch, now, reason, backoff, code=code))
        count_failed(self.world.store, job, code)
        return job

    def release(self, job: Job) -> Job:
        """Give a job back unharmed. Raises Conflict when it is ours no longer."""
        return self._step(job, lambda old: old.released(job.epoch))

    def recover(self) -> int:
        """Take the jobs of silent workers back; how many there were."""
        now, backoff = self.world.now(), self.world.policy.backoff
        lost = self.world.store.expired_jobs(now)
        for job in lost:
            # It lives after all, is cancelled or deleted; or what its dead worker had begun still
            # holds it in the store. The others do not wait for it.
            with suppress(Conflict, NotFound, Unavailable):
                self._step(job, lambda old: old.lost(now, _LOST, backoff))
                count_failed(self.world.store, job, WORKER_LOST)
        return len(lost)

    def remind(self) -> None:
        """Hint again at queued jobs whose hint was lost."""
        lengths = self.world.store.queue_lengths()
        queued = {(k, p): count for (k, s, p), count in lengths.items() if s is JobState.QUEUED}
        self.world.queue.top_up(queued)

    def _step(self, job: Job, change: Callable[[Job], Job]) -> Job:
        job = self.world.store.update_job(job.id, change)
        self.world.events.publish(job.video_id)
        return job
