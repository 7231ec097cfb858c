from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sammot.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    SamMotError,
)
from sammot.ports import VideoQuery
from sammot.records import JobKind, Page, Playable, Priority, Upload, Video
from sammot.service.jobs import Jobs, proxy_job_id
from sammot.service.world import (
    World,
    original_key,
    owned,
    poster_key,
    proxy_key,
    timeline_key,
    upload_key,
)
from sammot.video import Probe, probe

_NAME_LIMIT = 255
_PURGE_AFTER = timedelta(seconds=30)  # by then every watcher has heard of the deletion


@dataclass(frozen=True, slots=True)
class Library:
    """The videos."""

    world: World
    jobs: Jobs

    def take_in(self, upload: Upload) -> Video:
        """Make a video of a complete upload, or find the one that has the same bytes.

        A new video gets the upload's id, so that doing this again after a crash finds its files.
        Those of an upload that came to nothing new are for `sweep`.

        Raises:
            UnreadableVideo, VideoTooBig: refused.
            StorageFull, Unavailable: not now; nothing is lost.

        """
        key = self._incoming(upload)
        with self.world.objects.local(key) as path:
            sha256 = _hash(path)
            known = self.world.store.find_video(upload.user_id, sha256)
            if known is not None:
                return known
            found = self._inspect(upload.id, path)
        if key != original_key(upload.id):
            self.world.objects.move(key, original_key(upload.id))
        return self._add(_video(upload, found, sha256, self.world.now()), upload)

    def _incoming(self, upload: Upload) -> str:
        """Where the bytes lie: moved already if an earlier try got that far."""
        try:
            self.world.objects.info(upload_key(upload.id))
        except NotFound:
            return original_key(upload.id)
        return upload_key(upload.id)

    def _inspect(self, video_id: str, path: Path) -> Probe:
        with self.world.objects.writing(poster_key(video_id)) as poster:
            found = probe(path, self.world.policy.limits, poster=poster)
        self.write_timeline(video_id, found.times)
        return found

    def _add(self, video: Video, upload: Upload) -> Video:
        store = self.world.store
        track = self.jobs.tracking(video, upload.spec)
        jobs = [track]
        if not video.browser_playable:
            jobs.append(self.jobs.side(proxy_job_id(video.id), JobKind.PROXY, video, Priority.HIGH))
        try:
            video = store.add_video(replace(video, job_id=track.id), jobs)
        except Conflict:  # the same bytes came by another way a moment ago
            known = store.find_video(video.user_id, video.sha256)
            if known is None:
                raise
            return known
        for job in jobs:
            self.world.announce(job)
        return video

    def sweep(self, video_id: str) -> None:
        """Remove the files of a video that never came to be."""
        try:
            self.world.store.get_video(video_id)
        except NotFound:
            self.world.objects.delete(upload_key(video_id))
            self.world.objects.delete(f"videos/{video_id}")

    def list(self, query: VideoQuery) -> Page[Video]:
        return self.world.store.list_videos(query)

    def get(self, user_id: str, video_id: str) -> Video:
        """Raises NotFound."""
        return owned(self.world.store.get_video(video_id), user_id, "video")

    def rename(self, user_id: str, video_id: str, filename: str) -> Video:
        """Raises NotFound, InvalidInput."""
        name = clean_filename(filename)
        return self._change(user_id, video_id, lambda old: replace(old, original_filename=name))

    def pin(self, user_id: str, video_id: str, *, is_pinned: bool) -> Video:
        """Keep it, however old it grows; or no longer. Raises NotFound."""
        return self._change(user_id, video_id, lambda old: replace(old, pinned=is_pinned))

    def _change(self, user_id: str, video_id: str, change: Callable[[Video], Video]) -> Video:
        self.get(user_id, video_id)
        video = self.world.store.update_video(video_id, change)
        self.world.events.publish(video_id)
        return video

    def delete(self, user_id: str, video_id: str) -> None:
        """Gone from every list at once; its work is cancelled, then its files go."""
        now = self.world.now()
        self._change(user_id, video_id, lambda video: replace(video, deleted_at=now))
        with suppress(SamMotError):  # it is deleted; `purge` does what could not be done now
            self._clear(user_id, video_id)

    def retire(self) -> None:
        """Delete the videos that are older than videos are kept; pinned ones stay."""
        if self.world.policy.retention is None:
            return
        now = self.world.now()
        for video in self.world.store.aged_videos(now - self.world.policy.retention):
            with suppress(SamMotError):  # pinned or deleted meanwhile, or another time
                self._change(video.user_id, video.id, lambda old: _retired(old, now))
                self._clear(video.user_id, video.id)

    def _clear(self, user_id: str, video_id: str) -> None:
        self.jobs.cancel_all(user_id, video_id)
        self.world.objects.delete(f"videos/{video_id}")

    def purge(self) -> None:
        """Finish deletions, also those that a crash interrupted."""
        for video in self.world.store.deleted_videos(self.world.now() - _PURGE_AFTER):
            with suppress(SamMotError):  # another time; the others' turn is now
                self._clear(video.user_id, video.id)
                self.world.store.purge_video(video.id)

    def timeline(self, video_id: str) -> NDArray[np.float64]:
        """The times of all frames, in seconds on the player's clock."""
        with self.world.objects.open(timeline_key(video_id)) as file:
            return np.frombuffer(file.read(), "<f8")

    def write_timeline(self, video_id: str, times: NDArray[np.float64]) -> None:
        with self.world.objects.writing(timeline_key(video_id)) as path:
            path.write_bytes(times.astype("<f8").tobytes())

    def warn(self, video_id: str, warnings: tuple[str, ...]) -> None:
        """Add what the user should know of this video, each thing once."""
        self.world.store.update_video(
            video_id,
            lambda video: replace(
                video, warnings=tuple(dict.fromkeys((*video.warnings, *warnings)))
            ),
        )

    def playable_key(self, video: Video) -> str:
        """The object that a browser can play. Raises Conflict while there is none."""
        if video.browser_playable:
            return video.storage_path
        if video.playable is Playable.READY:
            return proxy_key(video.id)
        if video.playable is Playable.PREPARING:
            raise Conflict("A copy that browsers can play is being made; it is ready soon.")
        raise Conflict("No copy that browsers can play could be made; download the original.")


def _retired(video: Video, now: datetime) -> Video:
    if video.pinned:
        raise Conflict("This video was pinned meanwhile.")
    return replace(video, deleted_at=now)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def clean_filename(filename: str) -> str:
    """The name as it will be shown: NFC, without surrounding space. Names are never paths.

    Raises:
        InvalidInput: empty, too long, or with path separators or control characters.

    """
    name = unicodedata.normalize("NFC", filename).strip()
    if any(c in "/\\" or unicodedata.category(c) in ("Cc", "Cs") for c in name):
        raise InvalidInput("A file's name may hold neither slashes nor control characters.")
    if not name or name in (".", "..") or len(name.encode()) > _NAME_LIMIT:
        raise InvalidInput(f"A file needs a name of 1 to {_NAME_LIMIT} bytes.")
    return name


def _video(upload: Upload, found: Probe, sha256: str, now: datetime) -> Video:
    return Video(
        id=upload.id,
        user_id=upload.user_id,
        original_filename=upload.filename,
        storage_path=original_key(upload.id),
        file_size=upload.size,
        sha256=sha256,
        upload_time=now,
        duration=found.duration,
        container=found.container,
        codec=found.codec,
        width=found.width,
        height=found.height,
        rotation=found.rotation,
        fps=found.fps,
        frame_count=found.frame_count,
        has_audio=found.has_audio,
        browser_playable=found.browser_playable,
        warnings=found.warnings,
        playable=Playable.READY if found.browser_playable else Playable.PREPARING,
    )
