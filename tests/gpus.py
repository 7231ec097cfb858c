"""GPUs that are not there: torch says that they are."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

torch = pytest.importorskip(
    "torch", reason="Segment Anything is not installed: ./dev test --sam installs it"
)


def pretend(patch: pytest.MonkeyPatch, *names: str) -> None:
    """From now on torch sees GPUs with these numbers of their own."""
    cuda = torch.cuda
    patch.setattr(cuda, "is_available", lambda: bool(names))
    patch.setattr(cuda, "device_count", lambda: len(names))
    patch.setattr(
        cuda, "get_device_properties", lambda device: SimpleNamespace(uuid=names[int(device[5:])])
    )
    for name in ("set_device", "empty_cache"):
        patch.setattr(cuda, name, lambda *_: None)
