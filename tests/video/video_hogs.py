"""Functions that the sandbox is to run, most of them badly behaved."""

from __future__ import annotations

import os
import signal
import time

from sammot.errors import VideoTooBig


def echo(text: str) -> bytes:
    return text.encode()


def refuse() -> bytes:
    raise VideoTooBig("Refused, as told.")


def crash() -> bytes:
    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


def hang() -> bytes:
    time.sleep(600)
    return b""


def spin() -> bytes:
    while True:
        pass


def swell() -> bytes:
    held = [bytearray(2**24) for _ in range(64)]
    return bytes(len(held))


def pour(most_bytes: int) -> bytes:
    return bytes(400 * most_bytes)


def environment() -> bytes:
    return " ".join(os.environ).encode()


def holds(descriptor: int) -> bytes:
    try:
        os.fstat(descriptor)
    except OSError:
        return b"no"
    return b"yes"
