from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from clips import KINDS
from sammot.video import Limits, Probe
from sammot.video.inspection import inspect
from sammot.video.prober import unpacked

GENEROUS = Limits(
    max_bytes=10**9,
    max_seconds=3600,
    max_pixels=4096 * 4096,
    max_frames=100_000,
    cpu_seconds=30,
    memory_bytes=2**30,
    wall_seconds=60,
)

Made = Callable[[str], Path]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Gives the clip of a kind, made when first asked for."""
    folder = tmp_path_factory.mktemp("clips")

    def make(kind: str) -> Path:
        path = folder / kind
        return path if path.exists() else KINDS[kind].write(path)

    return make


def look(path: Path) -> Probe:
    """What `probe` finds, without the cost of a child process."""
    most = {"max_pixels": GENEROUS.max_pixels, "max_frames": GENEROUS.max_frames}
    return unpacked(inspect(str(path), max_seconds=GENEROUS.max_seconds, **most))[0]


@pytest.fixture
def limits() -> Limits:
    return GENEROUS
