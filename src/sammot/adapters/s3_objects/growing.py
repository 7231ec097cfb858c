"""Objects that grow by appending, on a store that has no such thing.

What is appended goes into the parts of a multipart upload, all of the same size. What is too
short for a part lies, with the state of it all, in one small object beside: `{key}.growing`.
So all that is needed to go on lies in the bucket, and any process can.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from math import ceil
from typing import Any

from botocore.exceptions import ClientError

from sammot.adapters.s3_objects.bucket import is_below, translated
from sammot.errors import Conflict, NotFound
from sammot.ports import ObjectInfo

ENDING = ".growing"
_MAX_PARTS = 10_000  # S3's limits
_MIN_PART_SIZE = 8 << 20  # S3 wants 5 MiB at least; somewhat larger parts cost fewer requests
_MIB = 1 << 20
_HEAD_SIZE = 1024


@dataclass(frozen=True, slots=True)
class _Growing:
    """How far an object has got: so many whole parts, then a tail. `etag` is its record's."""

    part_size: int
    part_count: int = 0
    tail_size: int = 0
    upload_id: str = ""
    tail: bytes = field(default=b"", repr=False)
    etag: str = ""

    @property
    def size(self) -> int:
        return self.part_count * self.part_size + self.tail_size


def part_size_for(size: int) -> int:
    """So large, in whole MiB, that `size` bytes do not take more parts than S3 allows."""
    return max(_MIN_PART_SIZE, ceil(size / _MAX_PARTS / _MIB) * _MIB)


class GrowingObjects:
    """The objects of one bucket that are not whole yet. Its methods raise S3's errors as ours."""

    def __init__(self, client: Any, bucket: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client
        self._bucket = bucket

    def begin(self, key: str, size: int) -> None:
        """An empty one, with room for `size` bytes."""
        self._save(key, _Growing(part_size_for(size)))

    def info(self, key: str) -> ObjectInfo:
        """Raises NotFound."""
        growing, written_at = self._load(key, head_only=True)
        return ObjectInfo(growing.size, growing.etag.strip('"'), written_at)

    def append(
        self,
        key: str,
        offset: int,
        parts: Iterable[bytes],
        undone_by: tuple[type[Exception], ...],
    ) -> int:
        """See `Objects.append`. Holds one part, and the tail it began with."""
        begun = growing = self._load(key)[0]
        if growing.size != offset:
            raise Conflict(f"The upload stands at byte {growing.size}, not at {offset}.")
        rest = bytearray(growing.tail)
        try:
            for part in parts:
                rest += part
                while len(rest) >= growing.part_size:
                    growing = self._sent(key, growing, bytes(rest[: growing.part_size]))
                    del rest[: growing.part_size]
        except undone_by:
            self._save(key, replace(begun, etag=growing.etag))
            raise
        except BaseException:
            self._keep(key, growing, rest)
            raise
        return self._keep(key, growing, rest)

    def finish(self, key: str) -> None:
        """Make a plain object of it. Raises NotFound where there is none."""
        growing, _ = self._load(key)
        if growing.part_count:
            self._join(key, growing)
        else:
            with translated():
                self._client.put_object(Bucket=self._bucket, Key=key, Body=growing.tail)
        self.abort(key)
        with translated():
            self._client.delete_object(Bucket=self._bucket, Key=key + ENDING)

    def abort(self, prefix: str) -> None:
        """Free the parts that belong to no object; nothing happens where there are none."""
        pages = self._client.get_paginator("list_multipart_uploads")
        with suppress(NotFound), translated():  # so some say that there are none
            for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
                for upload in page.get("Uploads", ()):
                    if is_below(upload["Key"], prefix):
                        self._abort(upload["Key"], upload["UploadId"])

    def _abort(self, key: str, upload_id: str) -> None:
        with suppress(NotFound), translated():  # ended meanwhile
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload_id)

    def _sent(self, key: str, growing: _Growing, content: bytes) -> _Growing:
        """One part further."""
        with translated():
            upload_id = growing.upload_id or self._multipart(key)
            self._upload(key, upload_id, growing.part_count + 1, content)
        further = replace(
            growing,
            upload_id=upload_id,
            part_count=growing.part_count + 1,
            tail_size=0,
            tail=b"",
        )
        return self._save(key, further)

    def _multipart(self, key: str) -> str:
        answer = self._client.create_multipart_upload(Bucket=self._bucket, Key=key)
        return str(answer["UploadId"])

    def _upload(self, key: str, upload_id: str, number: int, content: bytes) -> None:
        self._client.upload_part(
            Bucket=self._bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=content
        )

    def _keep(self, key: str, growing: _Growing, rest: bytearray) -> int:
        """Write the rest down; the size."""
        tail = bytes(rest)
        return self._save(key, replace(growing, tail=tail, tail_size=len(tail))).size

    def _save(self, key: str, growing: _Growing) -> _Growing:
        """Write the record. Raises Conflict where it is not the one that was read any more."""
        words = asdict(growing)
        tail = words.pop("tail")
        del words["etag"]
        head = json.dumps(words).encode().ljust(_HEAD_SIZE)
        unchanged = {"IfMatch": growing.etag} if growing.etag else {}
        with translated():
            answer = self._client.put_object(
                Bucket=self._bucket, Key=key + ENDING, Body=head + tail, **unchanged
            )
        return replace(growing, etag=answer["ETag"])

    def _load(self, key: str, *, head_only: bool = False) -> tuple[_Growing, datetime]:
        """The record, and when it was written; with `head_only`, without the tail."""
        part = {"Range": f"bytes=0-{_HEAD_SIZE - 1}"} if head_only else {}
        with translated():
            answer = self._client.get_object(Bucket=self._bucket, Key=key + ENDING, **part)
            content: bytes = answer["Body"].read()
        words = json.loads(content[:_HEAD_SIZE])
        growing = _Growing(**words, tail=content[_HEAD_SIZE:], etag=answer["ETag"])
        return growing, answer["LastModified"]

    def _join(self, key: str, growing: _Growing) -> None:
        """The tail is the last part; parts behind those that count are left out."""
        last = growing.part_count
        try:
            if growing.tail:
                last += 1
                self._upload(key, growing.upload_id, last, growing.tail)
            self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=key,
                UploadId=growing.upload_id,
                MultipartUpload={"Parts": self._parts(key, growing.upload_id, last)},
            )
        except ClientError as error:
            with translated():
                if error.response["Error"]["Code"] != "NoSuchUpload":
                    raise
                # Joined already, by a process that died before it could say so.
                self._client.head_object(Bucket=self._bucket, Key=key)

    def _parts(self, key: str, upload_id: str, last: int) -> list[dict[str, Any]]:
        pages = self._client.get_paginator("list_parts")
        return [
            {"PartNumber": part["PartNumber"], "ETag": part["ETag"]}
            for page in pages.paginate(Bucket=self._bucket, Key=key, UploadId=upload_id)
            for part in page.get("Parts", ())
            if part["PartNumber"] <= last
        ]
