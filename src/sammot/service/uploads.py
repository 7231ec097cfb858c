from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sammot.errors import (
    ChecksumMismatch,
    Gone,
    InvalidInput,
    NotFound,
    SamMotError,
    StorageFull,
    TooLarge,
    Unavailable,
)
from sammot.records import JobSpec, Priority, Upload, Video
from sammot.service.library import Library, clean_filename
from sammot.service.world import World, original_key, owned, upload_key

CHECKSUMS = ("sha256", "sha1", "md5")
"""The algorithms of tus' checksum extension that are understood."""


@dataclass(frozen=True, slots=True)
class Uploads:
    """From nothing to a video, in as many pieces as it takes."""

    world: World
    library: Library

    def spec(self, engine: str, parameters: Mapping[str, Any], priority: Priority) -> JobSpec:
        """A checked job specification. Raises UnknownEngine, InvalidInput."""
        entry = self.world.engine(engine)
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
        free = objects.free_bytes()
        if free is not None and free - size < policy.min_free_bytes:
            raise StorageFull("The server's disk has no room for this file.")
        expires_at = self.world.now() + policy.upload_expiry
        name = clean_filename(filename)
        upload = Upload(self.world.new_id(), user_id, name, size, spec, expires_at)
        objects.create(upload_key(upload.id))
        self.world.store.put_upload(upload)
        return upload

    def settle(self, upload: Upload, size: int, spec: JobSpec) -> Upload:
        """Say what was only guessed at the beginning: the true size, and how to track."""
        upload = replace(upload, size=size, spec=spec)
        self.world.store.put_upload(upload)
        return upload

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

        With a checksum (algorithm, digest) the bytes are kept only if it is theirs.

        Raises:
            Conflict: the upload does not stand at `offset`.
            Locked: another request is writing.
            TooLarge: more bytes than announced.
            ChecksumMismatch: what came is not what was sent; nothing is kept.

        """
        key = upload_key(upload.id)
        digest = hashlib.new(_algorithm(checksum), usedforsecurity=False) if checksum else None
        try:
            arrived = self.world.objects.append(
                key, offset, _watched(upload, offset, parts, digest)
            )
        except TooLarge:
            self.world.objects.truncate(key, offset)
            raise
        if checksum and digest and digest.digest() != checksum[1]:
            self.world.objects.truncate(key, offset)
            raise ChecksumMismatch(
                "The bytes that arrived are not those that were sent; send again."
            )
        return arrived

    def finish(self, upload: Upload) -> tuple[Video, bool]:
        """The video that the complete upload is, and whether it was here before.

        Safe to repeat after a crash in its middle, and when it could not be done just now
        (StorageFull, Unavailable). A file that is refused leaves nothing behind.
        """
        if upload.video_id is not None:
            return self.library.get(upload.user_id, upload.video_id), upload.duplicate
        try:
            video, duplicate = self.library.take_in(upload)
        except (StorageFull, Unavailable):
            raise
        except SamMotError:
            self.discard(upload)
            raise
        self.world.store.put_upload(replace(upload, video_id=video.id, duplicate=duplicate))
        return video, duplicate

    def discard(self, upload: Upload) -> None:
        """Forget an upload and its bytes (not the video that it may have become)."""
        self.world.objects.delete(upload_key(upload.id))
        self.world.store.delete_upload(upload.id)

    def expire(self) -> int:
        """Discard the uploads whose time is over; how many there were."""
        expired = self.world.store.expired_uploads(self.world.now())
        for upload in expired:
            self.discard(upload)
            if upload.video_id is None:
                self.library.sweep(upload.id)
        return len(expired)


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


def _watched(
    upload: Upload, offset: int, parts: Iterable[bytes], digest: hashlib._Hash | None
) -> Iterator[bytes]:
    """The parts, counted and digested as they pass."""
    for part in parts:
        offset += len(part)
        if offset > upload.size:
            raise TooLarge(f"More than the announced {upload.size:,} bytes came.")
        if digest:
            digest.update(part)
        yield part
