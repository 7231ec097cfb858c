from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sammot.adapters.sqlite_store.base import Order, found, marks
from sammot.adapters.sqlite_store.videos import Videos
from sammot.adapters.sqlite_store.writing import JOB, VIDEO, add_job, write_job, write_video
from sammot.ports import JobQuery
from sammot.records import Job, JobKind, JobState, Page, Priority, Video


class Jobs(Videos):
    """Jobs, and who does them."""

    def beat_worker(
        self, owner: str, kinds: Sequence[JobKind], now: datetime, until: datetime
    ) -> None:
        with self._step() as db:
            gone = "DELETE FROM workers WHERE owner = ? OR alive_until < ?"
            db.execute(gone, (owner, now.timestamp()))
            rows = [(owner, kind, until.timestamp()) for kind in kinds]
            db.executemany("INSERT INTO workers VALUES (?, ?, ?)", rows)

    def live_workers(self, now: datetime) -> Mapping[JobKind, int]:
        sql = "SELECT kind, count(*) FROM workers WHERE alive_until >= ? GROUP BY kind"
        return {JobKind(kind): count for kind, count in self._rows(sql, now.timestamp())}

    def add_job(self, job: Job, change: Callable[[Video], Video]) -> Job:
        with self._step() as db:
            video = change(self.get_video(job.video_id))
            add_job(db, job)
            write_video(db, video.showing(job))
            return job

    def get_job(self, job_id: str) -> Job:
        return found(self.find_job(job_id), "There is no such job.")

    def find_job(self, job_id: str) -> Job | None:
        return self._one(JOB, "SELECT record FROM jobs WHERE id = ?", job_id)

    def list_jobs(self, query: JobQuery) -> Page[Job]:
        where, values = "user_id = ?", [query.user_id]
        for name in ("state", "kind", "video_id"):
            value = getattr(query, name)
            if value is not None:
                where, values = f"{where} AND {name} = ?", [*values, value]
        order = Order("jobs", "created_at", descending=True)
        return self._page(JOB, order, where, values, query)

    def update_job(self, job_id: str, change: Callable[[Job], Job]) -> Job:
        with self._step() as db:
            return self._changed(db, self.get_job(job_id), change)

    def claim_job(
        self, kinds: Sequence[JobKind], now: datetime, change: Callable[[Job], Job]
    ) -> Job | None:
        next_due = (
            f"SELECT record FROM jobs WHERE state = 'queued' AND kind IN ({marks(kinds)})"
            " AND not_before <= ? ORDER BY priority, created_at, id LIMIT 1"
        )
        due = (*kinds, now.timestamp())
        if self._one(JOB, next_due, *due) is None:  # idle workers take no write lock
            return None
        with self._step() as db:
            job = self._one(JOB, next_due, *due)
            return None if job is None else self._changed(db, job, change)

    def expired_jobs(self, now: datetime) -> list[Job]:
        sql = "SELECT record FROM jobs WHERE state = 'running' AND lease_expires_at < ?"
        return self._many(JOB, sql, now.timestamp())

    def queue_positions(self, jobs: Sequence[Job]) -> Mapping[str, int]:
        sql = (
            "SELECT id, position FROM (SELECT id, row_number() OVER"
            " (PARTITION BY kind ORDER BY priority, created_at, id) - 1 AS position"
            f" FROM jobs WHERE state = 'queued') WHERE id IN ({marks(jobs)})"
        )
        return dict(self._rows(sql, *(job.id for job in jobs)))

    def queue_lengths(self) -> Mapping[tuple[JobKind, JobState, Priority], int]:
        sql = (
            "SELECT kind, state, priority, count(*) FROM jobs"
            " WHERE state IN ('queued', 'running') GROUP BY kind, state, priority"
        )
        return {(JobKind(k), JobState(s), Priority(p)): n for k, s, p, n in self._rows(sql)}

    def _changed(self, db: sqlite3.Connection, job: Job, change: Callable[[Job], Job]) -> Job:
        """The job after `change`, written together with what its video shows of it."""
        before, job = job, change(job)
        if job == before:
            return job
        write_job(db, job)
        record = self._one(VIDEO, "SELECT record FROM videos WHERE id = ?", job.video_id)
        if record is not None:
            write_video(db, record.showing(job))
        return job
