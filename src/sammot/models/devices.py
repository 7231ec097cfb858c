"""What models compute on. A GPU belongs to one process at a time."""

from __future__ import annotations

import fcntl
import logging
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sammot.errors import Unavailable, UnknownEngine

_POLL_SECONDS = 0.05
"""Much less than what a process does between two jobs: it must not be always first again."""

log = logging.getLogger(__name__)


class Devices:
    """The devices that SAMMOT_DEVICE means here.

    Who computes on a GPU holds the lock on a file of that GPU in `folder`, which the system gives
    back however the process ends. The processor is everyone's.
    """

    def __init__(self, wanted: str, folder: Path) -> None:
        self._wanted = wanted
        self._folder = folder
        self._reserved: str | None = None

    @property
    def reserved(self) -> str:
        """The device to compute on; only within `reserve`."""
        if self._reserved is None:
            raise RuntimeError("An engine is made only while its device is reserved.")
        return self._reserved

    @contextmanager
    def reserve(self, waiting: Callable[[], object]) -> Iterator[None]:
        """Within, `reserved` is the first device that no other process has.

        While there is none, `waiting` is called again and again; what it raises ends the waiting.

        Raises:
            UnknownEngine: this machine has no such device.
            Unavailable: the folder for the locks cannot be written.

        """
        with ExitStack() as held:
            self._reserved = self._first_free(held, waiting)
            try:
                yield
            finally:
                _leave(self._reserved)
                self._reserved = None

    def _first_free(self, held: ExitStack, waiting: Callable[[], object]) -> str:
        """A device, locked as long as `held` is open."""
        devices = usable(self._wanted)
        if devices == ["cpu"]:
            return "cpu"
        is_told = False
        while True:
            for device in devices:
                if self._lock(device, held):
                    log.info("computing on %s", device)
                    _enter(device)
                    return device
            if not is_told:
                log.warning("waiting: another job computes on %s", " and on ".join(devices))
                is_told = True
            waiting()
            time.sleep(_POLL_SECONDS)

    def _lock(self, device: str, held: ExitStack) -> bool:
        """Whether nobody had it."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = (self._folder / f"{_own_name(device)}.lock").open("ab")
        except OSError as error:
            text = f"The folder {self._folder} cannot be written: {error.strerror}."
            raise Unavailable(text) from error
        with ExitStack() as opened:
            opened.enter_context(file)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            held.push(opened.pop_all())
            return True


def usable(wanted: str) -> list[str]:
    """The devices that SAMMOT_DEVICE means here, the best first: every GPU for `auto` and `cuda`.

    Raises:
        UnknownEngine: this machine has none such.

    """
    # Threads that spin while they wait take each other's core wherever others are at work.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch comes, which reads it
    import torch  # noqa: PLC0415 - seconds, and only where a model is used

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    gpus = [f"cuda:{number}" for number in range(count)]
    has_mps = torch.backends.mps.is_available()
    if wanted == "auto":
        return gpus or (["mps"] if has_mps else ["cpu"])
    if wanted == "mps" and not has_mps:
        raise UnknownEngine(_missing(wanted, "this is no Apple silicon, or torch is built without"))
    if wanted == "cuda" and gpus:
        return gpus
    if wanted.startswith("cuda") and wanted not in gpus:
        raise UnknownEngine(_missing(wanted, f"torch sees {count} such devices"))
    return [wanted]


def may_be_gpu(wanted: str) -> bool:
    """Whether SAMMOT_DEVICE may mean a GPU here, told without loading torch."""
    return wanted != "cpu" and not (is_absent("cuda") and is_absent("mps"))


def is_absent(wanted: str) -> bool:
    """Whether this machine cannot have that device, told without loading torch.

    GPUs are looked for as NVIDIA's and AMD's drivers show them, also under Windows' Linux.
    """
    if wanted == "mps":
        return (platform.system(), platform.machine()) != ("Darwin", "arm64")
    if wanted.startswith("cuda"):
        drivers = ("nvidia[0-9]*", "nvidiactl", "kfd", "dxg")
        return not any(path for name in drivers for path in Path("/dev").glob(name))
    return False


def _missing(wanted: str, why: str) -> str:
    return f"There is no device {wanted} here ({why}): set SAMMOT_DEVICE=auto."


def _own_name(device: str) -> str:
    """The same for every process, though CUDA_VISIBLE_DEVICES may number its GPUs otherwise."""
    if not device.startswith("cuda"):
        return device
    import torch  # noqa: PLC0415

    return f"GPU-{torch.cuda.get_device_properties(device).uuid}"


def _enter(device: str) -> None:
    """Let what names no device mean this one: the library would open the first GPU as well."""
    if device.startswith("cuda"):
        import torch  # noqa: PLC0415

        torch.cuda.set_device(device)


def _leave(device: str) -> None:
    """Give back what is not in use; the weights of the last model stay for the next job."""
    if device.startswith("cuda"):
        import torch  # noqa: PLC0415

        torch.cuda.empty_cache()


def precision(device: str) -> Any:  # noqa: ANN401 - a torch.dtype
    """The shortest floating-point type that a device computes well."""
    import torch  # noqa: PLC0415

    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.float16 if device == "mps" else torch.float32
