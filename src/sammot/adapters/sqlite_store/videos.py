from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sammot.adapters.sqlite_store.base import Base, Order, found
from sammot.adapters.sqlite_store.writing import UPLOAD, VIDEO, add_job, write_upload, write_video
from sammot.errors import Conflict
from sammot.ports import SORTS, VideoQuery
from sammot.records import Job, Page, Upload, Video


class Videos(Base):
    """Uploads, videos, and what of them has changed."""

    def put_upload(self, upload: Upload) -> None:
        with self._step() as db:
            write_upload(db, upload)

    def get_upload(self, upload_id: str) -> Upload:
        upload = self._one(UPLOAD, "SELECT record FROM uploads WHERE id = ?", upload_id)
        return found(upload, "There is no such upload.")

    def update_upload(self, upload_id: str, change: Callable[[Upload], Upload]) -> Upload:
        with self._step() as db:
            upload = change(self.get_upload(upload_id))
            write_upload(db, upload)
            return upload

    def delete_upload(self, upload_id: str) -> None:
        with self._step() as db:
            db.execute("DELETE FROM uploads WHERE id = ?", (upload_id,))

    def expired_uploads(self, now: datetime) -> list[Upload]:
        sql = "SELECT record FROM uploads WHERE expires_at < ?"
        return self._many(UPLOAD, sql, now.timestamp())

    def add_video(self, video: Video, jobs: Sequence[Job]) -> Video:
        with self._step() as db:
            if self._rows("SELECT 1 FROM videos WHERE id = ?", video.id):
                raise Conflict("This video is here already.")
            for job in jobs:
                video = video.showing(job)
                add_job(db, job)
            return write_video(db, video)

    def get_video(self, video_id: str) -> Video:
        sql = "SELECT record FROM videos WHERE id = ? AND NOT is_deleted"
        return found(self._one(VIDEO, sql, video_id), "There is no such video.")

    def find_video(self, user_id: str, sha256: str) -> Video | None:
        sql = "SELECT record FROM videos WHERE user_id = ? AND sha256 = ? AND NOT is_deleted"
        return self._one(VIDEO, sql, user_id, sha256)

    def list_videos(self, query: VideoQuery) -> Page[Video]:
        field = SORTS[query.sort.removeprefix("-")]
        where, values = "user_id = ? AND is_deleted = 0", [query.user_id]  # as the indexes say it
        if query.status:
            where, values = f"{where} AND status = ?", [*values, query.status]
        if query.text:
            where += " AND original_filename LIKE ? ESCAPE '!'"
            values.append(f"%{_escaped(query.text)}%")
        order = Order("videos", field, descending=query.sort.startswith("-"))
        return self._page(VIDEO, order, where, values, query)

    def update_video(self, video_id: str, change: Callable[[Video], Video]) -> Video:
        with self._step() as db:
            video = self.get_video(video_id)
            changed = change(video)
            return video if changed == video else write_video(db, changed)

    def deleted_videos(self, before: datetime) -> list[Video]:
        videos = self._many(VIDEO, "SELECT record FROM videos WHERE is_deleted")
        return [video for video in videos if video.deleted_at and video.deleted_at < before]

    def aged_videos(self, before: datetime) -> list[Video]:
        sql = (
            "SELECT record FROM videos WHERE NOT is_deleted AND upload_time < ?"
            " AND json_extract(record, '$.pinned') IS NOT 1 ORDER BY upload_time, id"
        )
        return self._many(VIDEO, sql, before.timestamp())

    def purge_video(self, video_id: str) -> None:
        of_video = "(SELECT id FROM jobs WHERE video_id = ?)"
        with self._step() as db:
            for table in ("chunks", "snapshots", "tracks"):
                db.execute(f"DELETE FROM {table} WHERE job_id IN {of_video}", (video_id,))
            db.execute("DELETE FROM jobs WHERE video_id = ?", (video_id,))
            db.execute("DELETE FROM videos WHERE id = ?", (video_id,))

    def changes_since(self, revision: int) -> tuple[int, list[str]]:
        ((newest,),) = self._rows("SELECT revision FROM counter")
        sql = "SELECT id FROM videos WHERE revision > ? AND revision <= ?"
        return newest, [video_id for (video_id,) in self._rows(sql, revision, newest)]


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
