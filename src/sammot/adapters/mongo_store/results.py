from __future__ import annotations

from collections.abc import Callable, Iterator

from pymongo import ReplaceOne

from sammot.adapters.mongo_store.base import Base, found
from sammot.adapters.mongo_store.documents import JOB, TRACK, Document, parts, track_document
from sammot.adapters.mongo_store.link import Step, translated
from sammot.adapters.mongo_store.writing import change_job
from sammot.ports import ChunkContent
from sammot.records import ChunkBounds, Job, TrackSummary


class Results(Base):
    """What a tracking job has found."""

    def put_chunk(
        self,
        job_id: str,
        bounds: ChunkBounds,
        content: ChunkContent,
        change: Callable[[Job], Job],
    ) -> Job:
        place = {"job_id": job_id, "chunk": bounds.chunk}
        frames = {"start": bounds.start, "stop": bounds.stop}
        key = f"{job_id}/{bounds.chunk}"

        def stored(step: Step) -> Job:
            job = found(self._one(JOB, "jobs", {"_id": job_id}, step), "There is no such job.")
            job = change_job(step, job, change)
            _rewrite(step, "chunks", place, parts(key, content.payload, place | frames))
            whose = {"job_id": job_id}
            _rewrite(step, "snapshots", whose, parts(job_id, content.snapshot, whose))
            _write_tracks(step, job_id, content)
            return job

        return self._link.step(stored)

    def chunk_bounds(self, job_id: str) -> list[ChunkBounds]:
        shown = {"_id": 0, "chunk": 1, "start": 1, "stop": 1}  # all in the index
        with translated():
            chunks = self._db.chunks.find({"job_id": job_id, "part": 0}, shown).sort("chunk")
            return [ChunkBounds(**chunk) for chunk in chunks]

    def get_chunk(self, job_id: str, chunk: int) -> bytes:
        content = self._joined("chunks", {"job_id": job_id, "chunk": chunk})
        return found(content, "There is no such chunk, or it is not ready yet.")

    def chunks(self, job_id: str, start: int, stop: int | None) -> Iterator[bytes]:
        for bounds in self.chunk_bounds(job_id):
            if bounds.stop > start and (stop is None or bounds.start < stop):
                yield self.get_chunk(job_id, bounds.chunk)

    def get_snapshot(self, job_id: str) -> bytes | None:
        return self._joined("snapshots", {"job_id": job_id})

    def _joined(self, name: str, where: Document) -> bytes | None:
        with translated():
            pieces = list(self._db[name].find(where, {"content": 1}).sort("part"))
        return b"".join(piece["content"] for piece in pieces) if pieces else None

    def tracks(self, job_id: str) -> list[TrackSummary]:
        return self._many(TRACK, "tracks", {"job_id": job_id}, ("track_id",))


def _rewrite(step: Step, name: str, place: Document, documents: Iterator[Document]) -> None:
    """Put the parts in the place of those that were there."""
    step.db[name].delete_many(place, session=step.session)
    step.db[name].insert_many(documents, session=step.session)


def _write_tracks(step: Step, job_id: str, content: ChunkContent) -> None:
    documents = [track_document(job_id, track) for track in content.tracks]
    writes = [ReplaceOne({"_id": d["_id"], "job_id": job_id}, d, upsert=True) for d in documents]
    if writes:
        step.db.tracks.bulk_write(writes, session=step.session)
