"""Running one of our own functions on an untrusted file, in a child process that cannot run away.

What is limited: CPU time, address space, the size of what it writes, time on the wall, the
environment, inherited files. An operating system without one of the limits (macOS has no
address-space limit) keeps the others.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from sammot.errors import SamMotError, UnreadableVideo

if TYPE_CHECKING:
    from sammot.video.limits import Limits

MAX_OUTPUT_BYTES = 256 * 2**20
_REFUSED = 3


def run(function: str, arguments: dict[str, object], limits: Limits) -> bytes:
    """What `function` (`"module:name"`), called in a child with keyword `arguments`, returned.

    The arguments travel as JSON; the function returns bytes. A SamMotError raised in the child
    is raised here again.

    Raises:
        UnreadableVideo: the child crashed, hung, or wanted more than the limits allow.

    """
    confinement = {"cpu_seconds": limits.cpu_seconds, "memory_bytes": limits.memory_bytes}
    command = [sys.executable, "-P", "-B", "-m", __name__, function]
    with tempfile.TemporaryFile() as output:
        try:
            finished = subprocess.run(
                [*command, json.dumps(confinement), json.dumps(arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                timeout=limits.wall_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UnreadableVideo(
                f"Reading the video did not end within {limits.wall_seconds:g} s. "
                "Convert it to an ordinary MP4 and try again."
            ) from None
        output.seek(0)
        answer = output.read()
    if finished.returncode == _REFUSED:
        raise _revived(answer)
    if finished.returncode != 0:
        raise UnreadableVideo(
            "Reading the video failed or needed more time or memory than is allowed. "
            "It is damaged, or built to do harm; convert it to an ordinary MP4 and try again."
        )
    return answer


def _environment() -> dict[str, str]:
    # One thread for numpy's linear algebra: its buffers count as memory, and none is used.
    return {
        "PYTHONPATH": os.pathsep.join(folder for folder in sys.path if folder),
        "OPENBLAS_NUM_THREADS": "1",
        "LC_ALL": "C.UTF-8",
    }


def _revived(answer: bytes) -> SamMotError:
    told: dict[str, str] = json.loads(answer)
    kinds: dict[str, type[SamMotError]] = {
        kind.__name__: kind for kind in SamMotError.__subclasses__()
    }
    return kinds.get(told["kind"], UnreadableVideo)(told["message"])


def _confine(cpu_seconds: int, memory_bytes: int) -> None:
    wanted = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_AS: _address_space() + memory_bytes,
        resource.RLIMIT_FSIZE: MAX_OUTPUT_BYTES,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in wanted.items():
        with suppress(ValueError, OSError):  # macOS refuses the address space
            resource.setrlimit(limit, (value, value))


def _address_space() -> int:
    """Bytes of address space in use; a generous guess where /proc is missing."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:
        return 2 * 2**30
    return pages * resource.getpagesize()


def main() -> int:
    """The child's side: confine, call, answer on standard output."""
    function, confinement, arguments = sys.argv[1:]
    module, _, name = function.partition(":")
    call = getattr(import_module(module), name)
    _confine(**json.loads(confinement))
    try:
        answer = call(**json.loads(arguments))
        status = 0
    except SamMotError as refusal:
        told = {"kind": type(refusal).__name__, "message": str(refusal)}
        answer, status = json.dumps(told).encode(), _REFUSED
    sys.stdout.buffer.write(answer)
    return status


if __name__ == "__main__":
    sys.exit(main())
