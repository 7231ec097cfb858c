"""Files below one folder of the local disk."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from sammot.adapters.workshop import workshop
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
        with _translated():
            return shutil.disk_usage(self._root).free

    def create(self, key: str, size: int) -> None:
        del size  # a file needs no plan
        path = self._path(key)
        with _translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    def append(
        self,
        key: str,
        offset: int,
        parts: Iterable[bytes],
        *,
        undone_by: tuple[type[Exception], ...] = (),
    ) -> int:
        try:
            return self._append(key, offset, parts)
        except undone_by:
            with _translated():
                os.truncate(self._path(key), offset)
            raise

    def _append(self, key: str, offset: int, parts: Iterable[bytes]) -> int:
        with _translated(), self._path(key).open("r+b") as file:
            _lock(file)
            if file.seek(0, os.SEEK_END) != offset:
                raise Conflict(f"The upload stands at byte {file.tell()}, not at {offset}.")
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

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
            _fix(path.parent)

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        self.info(key)
        yield self._path(key)

    def footage(self, key: str, share: float) -> AbstractContextManager[Path]:  # noqa: ARG002
        """By its path: all of it lies here."""
        return self.local(key)

    @contextmanager
    def writing(self, key: str) -> Iterator[Path]:
        path = self._path(key)
        with workshop(path.parent) as folder:
            # Of its own name: encoders choose the container by its ending.
            part = folder / path.name
            yield part
            with _translated():
                _fix(part)
                part.replace(path)
                _fix(path.parent)

    def url(
        self, key: str, content_type: str, seconds: int, *, disposition: str | None
    ) -> str | None:
        """None: what lies on this disk is sent by this service."""

    def delete(self, prefix: str) -> None:
        path = self._path(prefix)
        with _translated():
            while path.exists():
                with suppress(FileNotFoundError):  # somebody else deletes it as well
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _fix(path: Path) -> None:
    """Have what is in a file or folder survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
