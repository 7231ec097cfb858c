from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from pymongo import UpdateOne

from sammot.adapters.mongo_store.base import Base, found
from sammot.adapters.mongo_store.documents import JOB, VIDEO, Document, job_document
from sammot.adapters.mongo_store.link import Step, translated
from sammot.adapters.mongo_store.paging import Order, page
from sammot.adapters.mongo_store.writing import change_job, write_video
from sammot.ports import JobQuery
from sammot.records import Job, JobKind, JobState, Page, Priority, Video

_TURN = {"priority": 1, "created_at": 1, "_id": 1}


class Jobs(Base):
    """Jobs, and the workers that take them."""

    def beat_worker(
        self, owner: str, kinds: Sequence[JobKind], now: datetime, until: datetime
    ) -> None:
        workers, names = self._db.workers, [kind.value for kind in kinds]
        with translated():
            if names:
                beat = {"kinds": names, "alive_until": until.timestamp()}
                workers.replace_one({"_id": owner}, beat, upsert=True)
            else:
                workers.delete_one({"_id": owner})
            workers.delete_many({"alive_until": {"$lt": now.timestamp()}})

    def live_workers(self, now: datetime) -> Mapping[JobKind, int]:
        alive = {"$match": {"alive_until": {"$gte": now.timestamp()}}}
        each = {"$group": {"_id": "$kinds", "count": {"$sum": 1}}}
        with translated():
            counts = list(self._db.workers.aggregate([alive, {"$unwind": "$kinds"}, each]))
        return {JobKind(count["_id"]): count["count"] for count in counts}

    def add_job(self, job: Job, change: Callable[[Video], Video]) -> Job:
        def added(step: Step) -> Job:
            where = {"_id": job.video_id, "is_deleted": False}
            video = found(self._one(VIDEO, "videos", where, step), "There is no such video.")
            step.db.jobs.insert_one(job_document(job), session=step.session)
            write_video(step, video, change(video).showing(job))
            return job

        return self._link.step(added)

    def get_job(self, job_id: str) -> Job:
        return found(self.find_job(job_id), "There is no such job.")

    def find_job(self, job_id: str, step: Step | None = None) -> Job | None:
        return self._one(JOB, "jobs", {"_id": job_id}, step)

    def list_jobs(self, query: JobQuery) -> Page[Job]:
        asked = {
            "user_id": query.user_id,
            "state": query.state,
            "kind": query.kind,
            "video_id": query.video_id,
        }
        where: Document = {name: str(value) for name, value in asked.items() if value is not None}
        jobs, order = self._db.jobs, Order("created_at", descending=True)
        with translated():
            return page(jobs, JOB, order, where, query, jobs.count_documents(where))

    def update_job(self, job_id: str, change: Callable[[Job], Job]) -> Job:
        def changed(step: Step) -> Job:
            job = found(self.find_job(job_id, step), "There is no such job.")
            return change_job(step, job, change)

        return self._link.step(changed)

    def claim_job(
        self, kinds: Sequence[JobKind], now: datetime, change: Callable[[Job], Job]
    ) -> Job | None:
        due: Document = {
            "state": JobState.QUEUED.value,
            "kind": {"$in": [kind.value for kind in kinds]},
            "not_before": {"$lte": now.timestamp()},
        }

        def claimed(step: Step) -> Job | None:
            document = step.db.jobs.find_one(due, sort=_TURN, session=step.session)
            if document is None:
                return None
            return change_job(step, JOB.validate_python(document["record"]), change)

        with translated():  # idle workers begin no transaction
            is_idle = self._db.jobs.find_one(due, {"_id": 1}, sort=_TURN) is None
        return None if is_idle else self._link.step(claimed)

    def expired_jobs(self, now: datetime) -> list[Job]:
        running = {"state": JobState.RUNNING.value}
        return self._many(JOB, "jobs", {**running, "lease_expires_at": {"$lt": now.timestamp()}})

    def queue_positions(self, jobs: Sequence[Job]) -> Mapping[str, int]:
        kinds = sorted({job.kind.value for job in jobs})
        until_it = {"documents": ["unbounded", "current"]}
        place = {"place": {"$sum": 1, "window": until_it}}
        window = {"partitionBy": "$kind", "sortBy": _TURN, "output": place}
        pipeline: list[Document] = [
            {"$match": {"state": JobState.QUEUED.value, "kind": {"$in": kinds}}},
            {"$project": {"kind": 1, "priority": 1, "created_at": 1}},
            {"$setWindowFields": window},
            {"$match": {"_id": {"$in": [job.id for job in jobs]}}},
        ]
        with translated():
            found = list(self._db.jobs.aggregate(pipeline))
        return {job["_id"]: job["place"] - 1 for job in found}

    def queue_lengths(self) -> Mapping[tuple[JobKind, JobState, Priority], int]:
        open_states = [JobState.QUEUED.value, JobState.RUNNING.value]
        alike = {"kind": "$kind", "state": "$state", "priority": "$priority"}
        pipeline: list[Document] = [
            {"$match": {"state": {"$in": open_states}}},
            {"$group": {"_id": alike, "count": {"$sum": 1}}},
        ]
        with translated():
            found = [(group["_id"], group["count"]) for group in self._db.jobs.aggregate(pipeline)]
        return {
            (JobKind(key["kind"]), JobState(key["state"]), Priority(key["priority"])): count
            for key, count in found
        }

    def tally(self, amounts: Mapping[str, float]) -> None:
        """Not in one transaction: all workers add to the same few, and would wait in line."""
        adding = [
            UpdateOne({"_id": name}, {"$inc": {"amount": amount}}, upsert=True)
            for name, amount in amounts.items()
        ]
        with translated():
            self._db.tallies.bulk_write(adding, ordered=False)

    def tallies(self) -> Mapping[str, float]:
        with translated():
            return {tally["_id"]: tally["amount"] for tally in self._db.tallies.find()}
