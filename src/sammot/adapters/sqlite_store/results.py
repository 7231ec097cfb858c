from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sammot.adapters.sqlite_store.jobs import Jobs
from sammot.adapters.sqlite_store.writing import TRACK
from sammot.errors import NotFound
from sammot.ports import ChunkContent
from sammot.records import ChunkBounds, Job, TrackSummary


class Results(Jobs):
    """Chunks, snapshots, tracks and totals."""

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
                [(job_id, t.track_id, TRACK.dump_json(t)) for t in content.tracks],
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
        return self._many(TRACK, sql, job_id)

    def tally(self, amounts: Mapping[str, float]) -> None:
        sql = (
            "INSERT INTO tallies VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET amount = amount + excluded.amount"
        )
        with self._step() as db:
            db.executemany(sql, amounts.items())

    def tallies(self) -> Mapping[str, float]:
        return dict(self._rows("SELECT name, amount FROM tallies"))
