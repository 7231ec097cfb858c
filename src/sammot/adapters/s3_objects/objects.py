from __future__ import annotations

import errno
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from boto3.s3.transfer import TransferConfig

from sammot.adapters.s3_objects.bucket import Bucket, is_below, translated
from sammot.adapters.s3_objects.growing import ENDING, GrowingObjects
from sammot.adapters.workshop import workshop
from sammot.errors import NotFound, StorageFull, Unavailable
from sammot.ports import ObjectInfo

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from sammot.video import Footage

_READ_AHEAD = 4 << 20
LOOKS = 64
"""In about so many places is a video looked at before it is decoded, a block in each."""
_TRANSFER = TransferConfig(max_concurrency=4)
_COPY = TransferConfig(
    multipart_threshold=5 << 30,  # S3 copies no more at one time
    multipart_chunksize=512 << 20,
    max_concurrency=4,
)


class S3Objects:
    """The `Objects` of the service profile.

    Files that must lie on a disk while they are worked on do so below `scratch`.
    """

    def __init__(self, bucket: Bucket, scratch: Path) -> None:
        self._bucket = bucket.name
        self._client = bucket.client()
        self._public_client = bucket.client(is_public=True)
        self._growing = GrowingObjects(self._client, bucket.name)
        self._scratch = scratch

    def ping(self) -> None:
        """That the bucket answers is all that can be known without writing to it."""
        try:
            with translated():
                self._client.head_bucket(Bucket=self._bucket)
        except NotFound as error:
            raise Unavailable(f"There is no bucket {self._bucket!r} to keep files in.") from error

    def free_bytes(self) -> int | None:
        """Nobody knows of a bucket."""

    def create(self, key: str, size: int) -> None:
        self._growing.begin(_checked(key), size)

    def append(
        self,
        key: str,
        offset: int,
        parts: Iterable[bytes],
        *,
        undone_by: tuple[type[Exception], ...] = (),
    ) -> int:
        return self._growing.append(_checked(key), offset, parts, undone_by)

    def info(self, key: str) -> ObjectInfo:
        try:
            head = self._head(key)
        except NotFound:
            return self._growing.info(_checked(key))
        return ObjectInfo(head["ContentLength"], head["ETag"].strip('"'), head["LastModified"])

    def open(self, key: str) -> BinaryIO:
        file = _RangedFile(self._client, self._bucket, key, self._whole(key))
        return io.BufferedReader(file, _READ_AHEAD)

    def move(self, source: str, target: str) -> None:
        self._whole(source)
        with translated():
            self._client.copy(
                {"Bucket": self._bucket, "Key": source},
                self._bucket,
                _checked(target),
                Config=_COPY,
            )
        self.delete(source)

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        self._whole(key)
        with self._workshop() as folder:
            path = folder / key.rpartition("/")[2]
            with translated(), _disk(), path.open("wb") as file:
                self._client.download_fileobj(self._bucket, key, file, Config=_TRANSFER)
            yield path

    @contextmanager
    def footage(self, key: str, share: float) -> Iterator[Footage]:
        """By ranges where these are fewer bytes than the whole, which is then copied instead."""
        size = self._whole(key)
        if share * size + LOOKS * _READ_AHEAD < size:
            yield partial(self.open, key)
        else:
            with self.local(key) as path:
                yield path

    @contextmanager
    def writing(self, key: str) -> Iterator[Path]:
        with self._workshop() as folder:
            # Of its own name: encoders choose the container by its ending.
            path = folder / _checked(key).rpartition("/")[2]
            yield path
            with translated(), _disk(), path.open("rb") as file:
                self._client.upload_fileobj(file, self._bucket, key, Config=_TRANSFER)

    @contextmanager
    def _workshop(self) -> Iterator[Path]:
        with _disk():
            self._scratch.mkdir(parents=True, exist_ok=True)
        with workshop(self._scratch) as folder:
            yield folder

    def url(
        self, key: str, content_type: str, seconds: int, *, disposition: str | None
    ) -> str | None:
        wanted = {"Bucket": self._bucket, "Key": key, "ResponseContentType": content_type}
        if disposition is not None:
            wanted["ResponseContentDisposition"] = disposition
        with translated():
            return str(
                self._public_client.generate_presigned_url(
                    "get_object", Params=wanted, ExpiresIn=seconds
                )
            )

    def delete(self, prefix: str) -> None:
        pages = self._client.get_paginator("list_objects_v2")
        with translated():
            for page in pages.paginate(Bucket=self._bucket, Prefix=_checked(prefix)):
                found = [{"Key": item["Key"]} for item in page.get("Contents", ())]
                below = [
                    item for item in found if is_below(item["Key"].removesuffix(ENDING), prefix)
                ]
                if below:
                    self._client.delete_objects(
                        Bucket=self._bucket, Delete={"Objects": below, "Quiet": True}
                    )
        self._growing.abort(prefix)

    def _whole(self, key: str) -> int:
        """The size of a plain object, which a growing one becomes now. Raises NotFound."""
        try:
            head = self._head(key)
        except NotFound:
            self._growing.finish(_checked(key))
            head = self._head(key)
        return int(head["ContentLength"])

    def _head(self, key: str) -> Mapping[str, Any]:
        with translated():
            head: Mapping[str, Any] = self._client.head_object(
                Bucket=self._bucket, Key=_checked(key)
            )
        return head


class _RangedFile(io.RawIOBase):
    """An object as a file that asks for the bytes that are read."""

    def __init__(self, client: Any, bucket: str, key: str, size: int) -> None:  # noqa: ANN401
        self._client = client
        self._bucket = bucket
        self._key = key
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        content = self._fetched(len(view))
        view[: len(content)] = content
        return len(content)

    def readall(self) -> bytes:
        return self._fetched(self._size)

    def _fetched(self, size: int) -> bytes:
        stop = min(self._at + size, self._size)
        if stop <= self._at:
            return b""
        with translated():
            answer = self._client.get_object(
                Bucket=self._bucket, Key=self._key, Range=f"bytes={self._at}-{stop - 1}"
            )
            content: bytes = answer["Body"].read()
        self._at += len(content)
        return content


def _checked(key: str) -> str:
    """Itself. Raises NotFound for one that no object can have."""
    if not key or ".." in key.split("/"):
        raise NotFound("There is no such file.")
    return key


@contextmanager
def _disk() -> Iterator[None]:
    """Faults of the disk on which files are worked on, in our words."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageFull("The disk is full; free some space and resume.") from error
        raise Unavailable(f"The storage failed: {error.strerror}.") from error
