"""Files below one folder of the local disk."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from sammot.errors import Conflict, Locked, NotFound, StorageFull, Unavailable
from sammot.ports import ObjectInfo


class DiskObjects:
    """The embedded `Objects`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _path(self, key: str) -> Path:
        path = self._root / key
        if not key or ".." in path.parts or not path.is_relative_to(self._root):
            raise NotFound("There is no such file.")
        return path

    def ping(self) -> None:
        if not os.access(self._root, os.W_OK | os.X_OK):
            raise Unavailable("The data folder cannot be written; check its owner and mode.")

    def free_bytes(self) -> int | None:
        return shutil.disk_usage(self._root).free

    def create(self, key: str) -> None:
        path = self._path(key)
        with _translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    def append(self, key: str, offset: int, parts: Iterable[bytes]) -> int:
        with _translated(), self._path(key).open("r+b") as file:
            _lock(file)
            if file.seek(0, os.SEEK_END) != offset:
                raise Conflict(f"The upload stands at byte {file.tell()}, not at {offset}.")
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

    def truncate(self, key: str, size: int) -> None:
        with _translated(), self._path(key).open("r+b") as file:
            _lock(file)
            file.truncate(size)

    def info(self, key: str) -> ObjectInfo:
        with _translated():
            stat = self._path(key).stat()
        modified_at = datetime.fromtimestamp(stat.st_mtime, UTC)
        return ObjectInfo(stat.st_size, f"{stat.st_size:x}-{stat.st_mtime_ns:x}", modified_at)

    def open(self, key: str) -> BinaryIO:
        with _translated():
            return self._path(key).open("rb")

    def move(self, source: str, target: str) -> None:
        path = self._path(target)
        with _translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._path(source).replace(path)

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        self.info(key)
        yield self._path(key)

    @contextmanager
    def writing(self, key: str) -> Iterator[Path]:
        path = self._path(key)
        # The suffix stays last: encoders choose the container by it.
        part = path.with_name(f".{uuid4().hex}-{path.name}")
        with _translated():
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            with _translated():
                part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def delete(self, prefix: str) -> None:
        path = self._path(prefix)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _lock(file: BinaryIO) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Locked("This upload is being written by another request; wait for it.") from error


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound("There is no such file.") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageFull("The disk is full; free some space and resume.") from error
        raise Unavailable(f"The storage failed: {error.strerror}.") from error
