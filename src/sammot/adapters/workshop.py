"""Folders for files that are being worked on, which no dead process leaves behind for long."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

_PREFIX = ".writing-"


@contextmanager
def workshop(parent: Path) -> Iterator[Path]:
    """A new folder below `parent`, locked as long as its process lives, gone after the `with`.

    Those beside it that dead processes left are removed.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError, BlockingIOError):
            _close(left, _locked(left))
    folder, lock = _new(parent)
    try:
        yield folder
    finally:
        _close(folder, lock)


def _new(parent: Path) -> tuple[Path, int]:
    while True:
        folder = parent / f"{_PREFIX}{uuid4().hex}"
        folder.mkdir()
        with suppress(FileNotFoundError, BlockingIOError):  # taken for one that was left
            return folder, _locked(folder)


def _locked(folder: Path) -> int:
    """The handle that holds the lock. Raises BlockingIOError where another process has it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.stat(folder)  # noqa: PTH116 - not removed between the two
    except OSError:
        os.close(handle)
        raise
    return handle


def _close(folder: Path, lock: int) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
    os.close(lock)
