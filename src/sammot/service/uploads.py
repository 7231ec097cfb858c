from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sammot.errors import (
    ChecksumMismatch,
    Gone,
    InvalidInput,
    Locked,
    NotFound,
    SamMotError,
    StorageFull,
    TooLarge,
    Unavailable,
)
from sammot.records import JobSpec, Priority, Upload, Video
from sammot.service.hold import held_upload
from sammot.service.library import Library, clean_filename
from sammot.service.world import World, original_key, owned, upload_key

CHECKSUMS = ("sha256", "sha1", "md5")
"""The algorithms of tus' checksum extension that are understood."""
_ROOM_EVERY = 32 << 20  # bytes between two looks at the room that is left


@dataclass(frozen=True, slots=True)
class Uploads:
    """From nothing to a video, in as many pieces as it takes."""

    world: World
    library: Library

    def spec(
        self,
        engine: str,
        parameters: Mapping[str, Any],
        priority: Priority,
        prompts: Sequence[Mapping[str, Any]] = (),
    ) -> JobSpec:
        """A checked job specification. Raises UnknownEngine, InvalidInput."""
        entry = self.world.engine(engine)
        if prompts:
            if not entry.takes_prompts:
                raise InvalidInput(f"The engine {engine} takes no prompts.")
            parameters = {**parameters, "prompts": list(prompts)}
        return JobSpec(engine, entry.complete(parameters), priority)

    def begin(self, user_id: str, filename: str, size: int, spec: JobSpec) -> Upload:
        """Make room for `size` bytes.

        Raises:
            InvalidInput: a name that is none.
            TooLarge: over the limit.
            StorageFull: the disk has no room for it.

        """
        policy, objects = self.world.policy, self.world.objects
        if size > policy.max_bytes:
            raise TooLarge(f"The file has {size:,} bytes; at most {policy.max_bytes:,} are taken.")
        self.require_room(size)
        expires_at = self.world.now() + policy.upload_expiry
        name = clean_filename(filename)
        upload = Upload(self.world.new_id(), user_id, name, size, spec, expires_at)
        self.world.store.put_upload(upload)  # first, so that no file is without its record
        objects.create(upload_key(upload.id), size)
        return upload

    def settle(self, upload: Upload, size: int, spec: JobSpec) -> Upload:
        """Say what was only guessed at the beginning: the true size, and how to track."""
        return self.world.store.update_upload(
            upload.id, lambda upload: replace(upload, size=size, spec=spec)
        )

    def get(self, user_id: str, upload_id: str) -> Upload:
        """Raises NotFound, and Gone when its time is over."""
        upload = owned(self.world.store.get_upload(upload_id), user_id, "upload")
        if upload.expires_at < self.world.now():
            raise Gone("This upload has expired; start it again.")
        return upload

    def offset(self, upload: Upload) -> int:
        """How many bytes have arrived."""
        if upload.video_id is not None:
            return upload.size
        try:
            return self.world.objects.info(upload_key(upload.id)).size
        except NotFound:  # moved already by a `finish` that did not end
            return self.world.objects.info(original_key(upload.id)).size

    def append(
        self,
        upload: Upload,
        offset: int,
        parts: Iterable[bytes],
        *,
        checksum: tuple[str, bytes] | None = None,
    ) -> int:
        """Add bytes behind `offset`; the new offset, also when the sender broke off.

        With a checksum (algorithm, digest) the bytes are kept only if it is theirs. The time
        after which the upload expires begins anew.

        Raises:
            Conflict: the upload does not stand at `offset`.
            Locked: another request is writing.
            TooLarge: more bytes than announced.
            ChecksumMismatch: what came is not what was sent; nothing is kept.
            StorageFull: the room has become too little; without a checksum, what fitted is kept.

        """
        undone_by = (ChecksumMismatch, StorageFull, TooLarge) if checksum else (TooLarge,)
        with held_upload(self.world, upload.id, is_patient=False):
            arrived = self.world.objects.append(
                upload_key(upload.id),
                offset,
                self._watched(upload, offset, parts, checksum),
                undone_by=undone_by,
            )
        expires_at = self.world.now() + self.world.policy.upload_expiry
        self.world.store.update_upload(
            upload.id, lambda upload: replace(upload, expires_at=expires_at)
        )
        return arrived

    def _watched(
        self,
        upload: Upload,
        offset: int,
        parts: Iterable[bytes],
        checksum: tuple[str, bytes] | None,
    ) -> Iterator[bytes]:
        """The parts, counted and digested as they pass."""
        digest = hashlib.new(_algorithm(checksum), usedforsecurity=False) if checksum else None
        begun = offset
        for part in parts:
            offset += len(part)
            if offset > upload.size:
                raise TooLarge(f"More than the announced {upload.size:,} bytes came.")
            if offset - begun > _ROOM_EVERY:
                self.require_room(0)
                begun = offset
            if digest:
                digest.update(part)
            yield part
        if checksum and digest and digest.digest() != checksum[1]:
            raise ChecksumMismatch(
                "The bytes that arrived are not those that were sent; send again."
            )

    def require_room(self, size: int) -> None:
        """Raises StorageFull where less than the reserve would remain beside so many bytes."""
        free = self.world.objects.free_bytes()
        if free is not None and free - size < self.world.policy.min_free_bytes:
            raise StorageFull("The server's disk has no room for this file.")

    def finish(self, upload: Upload) -> tuple[Video, bool]:
        """The video that the complete upload is, and whether it was here before.

        Safe to repeat after a crash in its middle, and when it could not be done just now
        (StorageFull, Unavailable). A file that is refused leaves nothing behind. Raises Locked
        where another took it over, as this process was silent for a lease.
        """
        with held_upload(self.world, upload.id) as mine:
            if mine.video_id is not None:
                return self.library.get(mine.user_id, mine.video_id), mine.duplicate
            try:
                video = self.library.take_in(mine)
            except (StorageFull, Unavailable):
                raise
            except SamMotError:
                self._require_hold(mine)
                self._forget(mine)
                raise
            duplicate = video.id != mine.id
            self.world.store.update_upload(
                mine.id, lambda old: replace(old, video_id=video.id, duplicate=duplicate)
            )
            if duplicate:
                self.library.sweep(mine.id)
            return video, duplicate

    def _require_hold(self, mine: Upload) -> None:
        """Whoever took an upload over moves its files: their absence is no reason to refuse it."""
        if self.world.store.get_upload(mine.id).holder != mine.holder:
            raise Locked("This upload is in the hands of another request; wait for it.")

    def discard(self, upload: Upload) -> None:
        """Forget an upload and its bytes (not the video that it may have become)."""
        try:
            with held_upload(self.world, upload.id):
                self._forget(upload)
        except StorageFull:  # nobody can take it in either: so make room
            self.world.objects.delete(upload_key(upload.id))
            raise

    def _forget(self, upload: Upload) -> None:
        self.library.sweep(upload.id)
        self.world.store.delete_upload(upload.id)

    def expire(self) -> int:
        """Discard the uploads whose time is over; how many there were."""
        expired = self.world.store.expired_uploads(self.world.now())
        return sum(self._expire(upload) for upload in expired)

    def _expire(self, upload: Upload) -> bool:
        """Whether it was discarded; not while somebody writes it or takes it in."""
        try:
            with held_upload(self.world, upload.id, is_patient=False) as mine:
                if not self._is_over(mine):
                    return False
                self._forget(mine)
                return True
        except StorageFull:  # nothing can be written down, but room be made
            if self._is_over(upload):
                self.world.objects.delete(upload_key(upload.id))
        except SamMotError:  # another time
            pass
        return False

    def _is_over(self, upload: Upload) -> bool:
        now = self.world.now()
        with suppress(NotFound):
            written_at = self.world.objects.info(upload_key(upload.id)).modified_at
            return max(upload.expires_at, written_at + self.world.policy.upload_expiry) < now
        return upload.expires_at < now


def read_checksum(header: str) -> tuple[str, bytes]:
    """Read tus' `Upload-Checksum: <algorithm> <base64>`. Raises InvalidInput."""
    algorithm, _, encoded = header.partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except ValueError:
        digest = b""
    if not digest:
        raise InvalidInput("Upload-Checksum must be an algorithm and a base64 digest.")
    return algorithm, digest


def _algorithm(checksum: tuple[str, bytes]) -> str:
    if checksum[0] not in CHECKSUMS:
        raise InvalidInput(f"Checksums are taken as {', '.join(CHECKSUMS)}.")
    return checksum[0]
