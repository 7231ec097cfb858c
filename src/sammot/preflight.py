"""What must hold before the service starts, each with one clear line when it does not.

Standard library only: `./dev` asks the same questions before anything is installed.
"""

from __future__ import annotations

import errno
import shutil
import socket
import tempfile
from pathlib import Path

from sammot.errors import InvalidInput, StorageFull

ROOM = 2**30
"""Bytes that must be free on a disk that we write to."""


def require_port(host: str, port: int) -> None:
    """Raise `InvalidInput` unless this machine can listen on `host` and `port`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise InvalidInput(_why_not(error, host, port)) from error


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken. Stop what uses it, or choose another with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} needs an administrator's rights. Choose one above 1023 with --port."
    return f"This machine cannot listen on {host}: {error.strerror or error}."


def require_folder(folder: Path) -> None:
    """Make the folder where it is missing; raise unless it can be written to and has room.

    Raises: `InvalidInput` where it is not a folder or not writable, `StorageFull` where less
    than `ROOM` is free.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # others' eyes have no business here
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StorageFull(_too_full(folder, 0)) from error
        raise InvalidInput(f"Cannot write to {folder}: {error.strerror}.") from error
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        raise StorageFull(_too_full(folder, free))


def _too_full(folder: Path, free: int) -> str:
    return (
        f"The disk that holds {folder} is nearly full: {free / 2**30:.2f} GiB free, "
        f"{ROOM / 2**30:.0f} GiB needed. Make room and start again."
    )
