"""Videos, jobs, chunks and tracks in one SQLite file: no server, many processes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter

from sammot.cursors import read_cursor, write_cursor
from sammot.errors import Conflict, NotFound, StorageFull, Unavailable
from sammot.ports import SORTS, ChunkContent, JobQuery, VideoQuery
from sammot.records import (
    ChunkBounds,
    Job,
    JobKind,
    JobState,
    Page,
    Priority,
    TrackSummary,
    Upload,
    Video,
)

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS counter (revision INTEGER NOT NULL);
INSERT INTO counter SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM counter);
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, expires_at REAL NOT NULL, record TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS uploads_by_expiry ON uploads (expires_at);
CREATE TABLE IF NOT EXISTS videos (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, sha256 TEXT NOT NULL, status TEXT NOT NULL,
    original_filename TEXT NOT NULL COLLATE NOCASE, upload_time REAL NOT NULL,
    duration REAL NOT NULL, file_size INTEGER NOT NULL, revision INTEGER NOT NULL,
    is_deleted INTEGER NOT NULL, record TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS videos_by_hash
    ON videos (user_id, sha256) WHERE NOT is_deleted;
CREATE INDEX IF NOT EXISTS videos_by_time ON videos (user_id, is_deleted, upload_time, id);
CREATE INDEX IF NOT EXISTS videos_by_name ON videos (user_id, is_deleted, original_filename, id);
CREATE INDEX IF NOT EXISTS videos_by_duration ON videos (user_id, is_deleted, duration, id);
CREATE INDEX IF NOT EXISTS videos_by_size ON videos (user_id, is_deleted, file_size, id);
CREATE INDEX IF NOT EXISTS videos_by_status
    ON videos (user_id, is_deleted, status, upload_time, id);
CREATE INDEX IF NOT EXISTS videos_by_age ON videos (upload_time, id) WHERE NOT is_deleted;
CREATE INDEX IF NOT EXISTS videos_by_revision ON videos (revision);
CREATE INDEX IF NOT EXISTS videos_deleted ON videos (id) WHERE is_deleted;
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, video_id TEXT NOT NULL REFERENCES videos (id), user_id TEXT NOT NULL,
    kind TEXT NOT NULL, state TEXT NOT NULL, priority INTEGER NOT NULL, created_at REAL NOT NULL,
    not_before REAL NOT NULL, lease_expires_at REAL, record TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS jobs_by_turn ON jobs (state, kind, priority, created_at, id);
CREATE INDEX IF NOT EXISTS jobs_by_user ON jobs (user_id, created_at, id);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (user_id, state, created_at, id);
CREATE INDEX IF NOT EXISTS jobs_by_video ON jobs (video_id, created_at, id);
CREATE TABLE IF NOT EXISTS chunks (
    job_id TEXT NOT NULL, chunk INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
    payload BLOB NOT NULL, PRIMARY KEY (job_id, chunk)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshots (job_id TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS tracks (
    job_id TEXT NOT NULL, track_id INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (job_id, track_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS workers (
    owner TEXT NOT NULL, kind TEXT NOT NULL, alive_until REAL NOT NULL,
    PRIMARY KEY (owner, kind)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tallies (
    name TEXT PRIMARY KEY, amount REAL NOT NULL) WITHOUT ROWID;
"""

_VIDEO, _JOB = TypeAdapter(Video), TypeAdapter(Job)
_UPLOAD, _TRACK = TypeAdapter(Upload), TypeAdapter(TrackSummary)


class _Order(NamedTuple):
    table: str
    field: str
    descending: bool


class SqliteStore:
    """The embedded `Store`: one file, one connection a thread, write-ahead log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        with _translated():
            self._db.executescript(_SCHEMA)

    @property
    def _db(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
        return connection

    @contextmanager
    def _step(self) -> Iterator[sqlite3.Connection]:
        """One atomic step: the write lock is taken first, so what is read stays true."""
        with _translated():
            db = self._db
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # some failures have rolled back by themselves
                    db.execute("ROLLBACK")
                raise

    def _rows(self, sql: str, *values: object) -> list[Any]:
        with _translated():
            return self._db.execute(sql, values).fetchall()

    def _one(self, adapter: TypeAdapter[T], sql: str, *values: object) -> T | None:
        return next(iter(self._many(adapter, sql, *values)), None)

    def _many(self, adapter: TypeAdapter[T], sql: str, *values: object) -> list[T]:
        return [adapter.validate_json(row[0]) for row in self._rows(sql, *values)]

    def ping(self) -> None:
        self._rows("SELECT revision FROM counter")

    # Workers

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

    # Uploads

    def put_upload(self, upload: Upload) -> None:
        with self._step() as db:
            _write_upload(db, upload)

    def get_upload(self, upload_id: str) -> Upload:
        upload = self._one(_UPLOAD, "SELECT record FROM uploads WHERE id = ?", upload_id)
        return _found(upload, "There is no such upload.")

    def update_upload(self, upload_id: str, change: Callable[[Upload], Upload]) -> Upload:
        with self._step() as db:
            upload = change(self.get_upload(upload_id))
            _write_upload(db, upload)
            return upload

    def delete_upload(self, upload_id: str) -> None:
        with self._step() as db:
            db.execute("DELETE FROM uploads WHERE id = ?", (upload_id,))

    def expired_uploads(self, now: datetime) -> list[Upload]:
        sql = "SELECT record FROM uploads WHERE expires_at < ?"
        return self._many(_UPLOAD, sql, now.timestamp())

    # Videos

    def add_video(self, video: Video, jobs: Sequence[Job]) -> Video:
        with self._step() as db:
            if self._rows("SELECT 1 FROM videos WHERE id = ?", video.id):
                raise Conflict("This video is here already.")
            for job in jobs:
                video = video.showing(job)
                _add_job(db, job)
            return _write_video(db, video)

    def get_video(self, video_id: str) -> Video:
        sql = "SELECT record FROM videos WHERE id = ? AND NOT is_deleted"
        return _found(self._one(_VIDEO, sql, video_id), "There is no such video.")

    def find_video(self, user_id: str, sha256: str) -> Video | None:
        sql = "SELECT record FROM videos WHERE user_id = ? AND sha256 = ? AND NOT is_deleted"
        return self._one(_VIDEO, sql, user_id, sha256)

    def list_videos(self, query: VideoQuery) -> Page[Video]:
        field = SORTS[query.sort.removeprefix("-")]
        where, values = "user_id = ? AND is_deleted = 0", [query.user_id]  # as the indexes say it
        if query.status:
            where, values = f"{where} AND status = ?", [*values, query.status]
        if query.text:
            where += " AND original_filename LIKE ? ESCAPE '!'"
            values.append(f"%{_escaped(query.text)}%")
        order = _Order("videos", field, descending=query.sort.startswith("-"))
        return self._page(_VIDEO, order, where, values, query)

    def update_video(self, video_id: str, change: Callable[[Video], Video]) -> Video:
        with self._step() as db:
            video = self.get_video(video_id)
            changed = change(video)
            return video if changed == video else _write_video(db, changed)

    def deleted_videos(self, before: datetime) -> list[Video]:
        videos = self._many(_VIDEO, "SELECT record FROM videos WHERE is_deleted")
        return [video for video in videos if video.deleted_at and video.deleted_at < before]

    def aged_videos(self, before: datetime) -> list[Video]:
        sql = (
            "SELECT record FROM videos WHERE NOT is_deleted AND upload_time < ?"
            " AND json_extract(record, '$.pinned') IS NOT 1 ORDER BY upload_time, id"
        )
        return self._many(_VIDEO, sql, before.timestamp())

    def purge_video(self, video_id: str) -> None:
        of_video = "(SELECT id FROM jobs WHERE video_id = ?)"
        with self._step() as db:
            for table in ("chunks", "snapshots", "tracks"):
                db.execute(f"DELETE FROM {table} WHERE job_id IN {of_video}", (video_id,))
            db.execute("DELETE FROM jobs WHERE video_id = ?", (video_id,))
            db.execute("DELETE FROM videos WHERE id = ?", (video_id,))

    # Jobs

    def add_job(self, job: Job, change: Callable[[Video], Video]) -> Job:
        with self._step() as db:
            video = change(self.get_video(job.video_id))
            _add_job(db, job)
            _write_video(db, video.showing(job))
            return job

    def get_job(self, job_id: str) -> Job:
        return _found(self.find_job(job_id), "There is no such job.")

    def find_job(self, job_id: str) -> Job | None:
        return self._one(_JOB, "SELECT record FROM jobs WHERE id = ?", job_id)

    def list_jobs(self, query: JobQuery) -> Page[Job]:
        where, values = "user_id = ?", [query.user_id]
        for name in ("state", "kind", "video_id"):
            value = getattr(query, name)
            if value is not None:
                where, values = f"{where} AND {name} = ?", [*values, value]
        order = _Order("jobs", "created_at", descending=True)
        return self._page(_JOB, order, where, values, query)

    def update_job(self, job_id: str, change: Callable[[Job], Job]) -> Job:
        with self._step() as db:
            return self._changed(db, self.get_job(job_id), change)

    def claim_job(
        self, kinds: Sequence[JobKind], now: datetime, change: Callable[[Job], Job]
    ) -> Job | None:
        next_due = (
            f"SELECT record FROM jobs WHERE state = 'queued' AND kind IN ({_marks(kinds)})"
            " AND not_before <= ? ORDER BY priority, created_at, id LIMIT 1"
        )
        due = (*kinds, now.timestamp())
        if self._one(_JOB, next_due, *due) is None:  # idle workers take no write lock
            return None
        with self._step() as db:
            job = self._one(_JOB, next_due, *due)
            return None if job is None else self._changed(db, job, change)

    def _changed(self, db: sqlite3.Connection, job: Job, change: Callable[[Job], Job]) -> Job:
        """The job after `change`, written together with what its video shows of it."""
        before, job = job, change(job)
        if job == before:
            return job
        _write_job(db, job)
        record = self._one(_VIDEO, "SELECT record FROM videos WHERE id = ?", job.video_id)
        if record is not None:
            _write_video(db, record.showing(job))
        return job

    def expired_jobs(self, now: datetime) -> list[Job]:
        sql = "SELECT record FROM jobs WHERE state = 'running' AND lease_expires_at < ?"
        return self._many(_JOB, sql, now.timestamp())

    def queue_positions(self, jobs: Sequence[Job]) -> Mapping[str, int]:
        sql = (
            "SELECT id, position FROM (SELECT id, row_number() OVER"
            " (PARTITION BY kind ORDER BY priority, created_at, id) - 1 AS position"
            f" FROM jobs WHERE state = 'queued') WHERE id IN ({_marks(jobs)})"
        )
        return dict(self._rows(sql, *(job.id for job in jobs)))

    def queue_lengths(self) -> Mapping[tuple[JobKind, JobState, Priority], int]:
        sql = (
            "SELECT kind, state, priority, count(*) FROM jobs"
            " WHERE state IN ('queued', 'running') GROUP BY kind, state, priority"
        )
        return {(JobKind(k), JobState(s), Priority(p)): n for k, s, p, n in self._rows(sql)}

    # Totals

    def tally(self, amounts: Mapping[str, float]) -> None:
        sql = (
            "INSERT INTO tallies VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET amount = amount + excluded.amount"
        )
        with self._step() as db:
            db.executemany(sql, amounts.items())

    def tallies(self) -> Mapping[str, float]:
        return dict(self._rows("SELECT name, amount FROM tallies"))

    # Results

    def put_chunk(
        self,
        job_id: str,
        bounds: ChunkBounds,
        content: ChunkContent,
        change: Callable[[Job], Job],
    ) -> Job:
        with self._step() as db:
            job = self._changed(db, self.get_job(job_id), change)
            db.execute(
                "INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?)",
                (job_id, bounds.chunk, bounds.start, bounds.stop, content.payload),
            )
            db.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?)", (job_id, content.snapshot))
            db.executemany(
                "INSERT OR REPLACE INTO tracks VALUES (?, ?, ?)",
                [(job_id, t.track_id, _TRACK.dump_json(t)) for t in content.tracks],
            )
            return job

    def chunk_bounds(self, job_id: str) -> list[ChunkBounds]:
        sql = "SELECT chunk, start, stop FROM chunks WHERE job_id = ? ORDER BY chunk"
        return [ChunkBounds(*row) for row in self._rows(sql, job_id)]

    def get_chunk(self, job_id: str, chunk: int) -> bytes:
        sql = "SELECT payload FROM chunks WHERE job_id = ? AND chunk = ?"
        for (payload,) in self._rows(sql, job_id, chunk):
            return bytes(payload)
        raise NotFound("There is no such chunk, or it is not ready yet.")

    def chunks(self, job_id: str, start: int, stop: int | None) -> Iterator[bytes]:
        for bounds in self.chunk_bounds(job_id):
            if bounds.stop > start and (stop is None or bounds.start < stop):
                yield self.get_chunk(job_id, bounds.chunk)

    def get_snapshot(self, job_id: str) -> bytes | None:
        sql = "SELECT content FROM snapshots WHERE job_id = ?"
        return next((bytes(content) for (content,) in self._rows(sql, job_id)), None)

    def tracks(self, job_id: str) -> list[TrackSummary]:
        sql = "SELECT record FROM tracks WHERE job_id = ? ORDER BY track_id"
        return self._many(_TRACK, sql, job_id)

    def changes_since(self, revision: int) -> tuple[int, list[str]]:
        ((newest,),) = self._rows("SELECT revision FROM counter")
        sql = "SELECT id FROM videos WHERE revision > ? AND revision <= ?"
        return newest, [video_id for (video_id,) in self._rows(sql, revision, newest)]

    def _page(
        self,
        adapter: TypeAdapter[T],
        order: _Order,
        where: str,
        values: list[Any],
        query: VideoQuery | JobQuery,
    ) -> Page[T]:
        """A page by keyset: (field, id) of the last row is where the next page begins."""
        field, way = order.field, "DESC" if order.descending else "ASC"
        ((total,),) = self._rows(f"SELECT count(*) FROM {order.table} WHERE {where}", *values)
        if query.cursor:
            where = f"{where} AND ({field}, id) {'<' if order.descending else '>'} (?, ?)"
            values = [*values, *read_cursor(query.cursor)]
        sql = (
            f"SELECT record, {field}, id FROM {order.table} WHERE {where}"
            f" ORDER BY {field} {way}, id {way} LIMIT ?"
        )
        rows = self._rows(sql, *values, query.limit + 1)
        items = [adapter.validate_json(row[0]) for row in rows[: query.limit]]
        last = rows[query.limit - 1] if len(rows) > query.limit else None
        return Page(items, write_cursor(last[1], last[2]) if last else None, total)


@contextmanager
def _translated() -> Iterator[None]:
    """SQLite's errors in our words; mistakes in our own statements stay what they are."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.IntegrityError as error:
        raise Conflict("This is there already.") from error
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise StorageFull("The disk is full; free some space and try again.") from error
        raise Unavailable(f"The database does not answer: {error}.") from error


def _found(record: T | None, message: str) -> T:
    if record is None:
        raise NotFound(message)
    return record


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _write_upload(db: sqlite3.Connection, upload: Upload) -> None:
    row = (upload.id, upload.expires_at.timestamp(), _UPLOAD.dump_json(upload))
    db.execute("INSERT OR REPLACE INTO uploads VALUES (?, ?, ?)", row)


def _write_video(db: sqlite3.Connection, video: Video) -> Video:
    """Write a video under the next revision."""
    row = db.execute("UPDATE counter SET revision = revision + 1 RETURNING revision").fetchone()
    video = replace(video, revision=int(row[0]))
    fields = (video.id, video.user_id, video.sha256, video.status, video.original_filename)
    sorting = (video.upload_time.timestamp(), video.duration, video.file_size, video.revision)
    # Not INSERT OR REPLACE: that would silently remove another video of the same hash.
    db.execute(
        f"INSERT INTO videos VALUES ({_marks(range(11))}) ON CONFLICT (id) DO UPDATE SET"
        " status = excluded.status, original_filename = excluded.original_filename,"
        " duration = excluded.duration, revision = excluded.revision,"
        " is_deleted = excluded.is_deleted, record = excluded.record",
        (*fields, *sorting, video.deleted_at is not None, _VIDEO.dump_json(video)),
    )
    return video


def _job_row(job: Job) -> tuple[object, ...]:
    who = (job.id, job.video_id, job.user_id, job.kind, job.state, int(job.priority))
    not_before = job.not_before.timestamp() if job.not_before else 0.0
    lease = job.lease_expires_at.timestamp() if job.lease_expires_at else None
    return (*who, job.created_at.timestamp(), not_before, lease, _JOB.dump_json(job))


def _add_job(db: sqlite3.Connection, job: Job) -> None:
    db.execute(f"INSERT INTO jobs VALUES ({_marks(range(10))})", _job_row(job))


def _write_job(db: sqlite3.Connection, job: Job) -> None:
    db.execute(f"INSERT OR REPLACE INTO jobs VALUES ({_marks(range(10))})", _job_row(job))
