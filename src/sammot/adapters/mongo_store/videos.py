from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.database import Database

from sammot.adapters.mongo_store.base import Base, found
from sammot.adapters.mongo_store.documents import (
    UPLOAD,
    VIDEO,
    Document,
    folded,
    job_document,
    upload_document,
)
from sammot.adapters.mongo_store.link import Step, translated
from sammot.adapters.mongo_store.paging import Order, page
from sammot.adapters.mongo_store.writing import insert_video, write_video
from sammot.ports import SORTS, VideoQuery
from sammot.records import Job, Page, Upload, Video

_NO_VIDEO = "There is no such video."
_NO_UPLOAD = "There is no such upload."
_NUMBERED_AT_ONCE = 200


class Videos(Base):
    """Uploads, videos, and what of them has changed."""

    def put_upload(self, upload: Upload) -> None:
        document = upload_document(upload)
        with translated():
            self._db.uploads.replace_one({"_id": upload.id}, document, upsert=True)

    def get_upload(self, upload_id: str) -> Upload:
        return found(self._one(UPLOAD, "uploads", {"_id": upload_id}), _NO_UPLOAD)

    def update_upload(self, upload_id: str, change: Callable[[Upload], Upload]) -> Upload:
        def changed(step: Step) -> Upload:
            upload = found(self._one(UPLOAD, "uploads", {"_id": upload_id}, step), _NO_UPLOAD)
            document = upload_document(upload := change(upload))
            step.db.uploads.replace_one({"_id": upload_id}, document, session=step.session)
            return upload

        return self._link.step(changed)

    def delete_upload(self, upload_id: str) -> None:
        with translated():
            self._db.uploads.delete_one({"_id": upload_id})

    def expired_uploads(self, now: datetime) -> list[Upload]:
        return self._many(UPLOAD, "uploads", {"expires_at": {"$lt": now.timestamp()}})

    def add_video(self, video: Video, jobs: Sequence[Job]) -> Video:
        def added(step: Step) -> Video:
            shown = video
            for job in jobs:
                shown = shown.showing(job)
                step.db.jobs.insert_one(job_document(job), session=step.session)
            return insert_video(step, shown)

        return self._link.step(added)

    def get_video(self, video_id: str, step: Step | None = None) -> Video:
        where = {"_id": video_id, "is_deleted": False}
        return found(self._one(VIDEO, "videos", where, step), _NO_VIDEO)

    def find_video(self, user_id: str, sha256: str) -> Video | None:
        where = {"user_id": user_id, "sha256": sha256, "is_deleted": False}
        return self._one(VIDEO, "videos", where)

    def list_videos(self, query: VideoQuery) -> Page[Video]:
        where: Document = {"user_id": query.user_id, "is_deleted": False}
        if query.status:
            where["status"] = query.status.value
        if query.text:
            where["original_filename"] = {"$regex": _literally(folded(query.text))}
        order = Order(SORTS[query.sort.removeprefix("-")], descending=query.sort.startswith("-"))
        with translated():
            total = self._count(query, where)
            return page(self._db.videos, VIDEO, order, where, query, total)

    def _count(self, query: VideoQuery, where: Document) -> int:
        if query.text:
            return self._db.videos.count_documents(where)
        found = self._db.video_counts.find({"user_id": query.user_id})
        counts = [document["count"] for document in found]
        if query.status:
            return sum(count.get(query.status.value, 0) for count in counts)
        return sum(sum(count.values()) for count in counts)

    def update_video(self, video_id: str, change: Callable[[Video], Video]) -> Video:
        def changed(step: Step) -> Video:
            before = self.get_video(video_id, step)
            after = change(before)
            return before if after == before else write_video(step, before, after)

        return self._link.step(changed)

    def deleted_videos(self, before: datetime) -> list[Video]:
        where = {"is_deleted": True, "deleted_at": {"$lt": before.timestamp()}}
        return self._many(VIDEO, "videos", where)

    def aged_videos(self, before: datetime) -> list[Video]:
        old = {"upload_time": {"$lt": before.timestamp()}}
        where = {"is_deleted": False, "is_pinned": False, **old}
        return self._many(VIDEO, "videos", where, ("upload_time", "_id"))

    def purge_video(self, video_id: str) -> None:
        with translated():  # no transaction: it may be long, and to break it off does no harm
            jobs = list(self._db.jobs.find({"video_id": video_id}, {"_id": 1}))
            for job_id in (job["_id"] for job in jobs):
                for name in ("chunks", "snapshots", "tracks"):
                    self._db[name].delete_many({"job_id": job_id})
                self._db.jobs.delete_one({"_id": job_id})
            self._db.videos.delete_one({"_id": video_id})

    def changes_since(self, revision: int) -> tuple[int, list[str]]:
        """Who asks gives the changes so far the next number, so none can come in before it."""
        with translated():
            if self._db.videos.find_one({"is_numbered": False}, {"_id": 1}):
                while self._link.step(_number) == _NUMBERED_AT_ONCE:
                    pass
            newest = _newest(self._db)
            where = {"position": {"$gt": revision, "$lte": newest}}
            return newest, [video["_id"] for video in self._db.videos.find(where, {"_id": 1})]


def _newest(db: Database[Document], session: ClientSession | None = None) -> int:
    counter = db.counters.find_one({"_id": "changes"}, session=session)
    return counter["value"] if counter else 0


def _number(step: Step) -> int:
    """Give one number to changes that have none yet; how many. Only one at a time gets through."""
    db, session, counted = step.db, step.session, {"$inc": {"value": 1}}
    db.counters.update_one({"_id": "changes"}, counted, upsert=True, session=session)
    new = db.videos.find({"is_numbered": False}, {"_id": 1}, session=session)
    ids = [video["_id"] for video in new.limit(_NUMBERED_AT_ONCE)]
    numbered = {"position": _newest(db, session), "is_numbered": True}
    db.videos.update_many({"_id": {"$in": ids}}, {"$set": numbered}, session=session)
    return len(ids)


def _literally(text: str) -> str:
    """A pattern that matches just this text, whatever characters are in it."""
    return "".join(f"\\x{{{ord(character):x}}}" for character in text)
