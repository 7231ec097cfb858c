from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

from sammot.errors import UnknownEngine


def chosen_device(wanted: str) -> str:
    """The device that SAMMOT_DEVICE means here: the best one for `auto`.

    Raises:
        UnknownEngine: this machine has none such.

    """
    import torch  # noqa: PLC0415 - seconds, and only where a model is used

    has_mps = torch.backends.mps.is_available()
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if has_mps else "cpu"
    if wanted == "mps" and not has_mps:
        raise UnknownEngine(_missing(wanted, "this is no Apple silicon, or torch is built without"))
    if wanted.startswith("cuda"):
        number = int(wanted.partition(":")[2] or 0)
        count = torch.cuda.device_count()
        if number >= count:
            raise UnknownEngine(_missing(wanted, f"torch sees {count} such devices"))
    return wanted


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


def precision(device: str) -> Any:  # noqa: ANN401 - a torch.dtype
    """The shortest floating-point type that a device computes well."""
    import torch  # noqa: PLC0415

    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.float16 if device == "mps" else torch.float32
