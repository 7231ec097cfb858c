from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from video_help import GENEROUS

from clips import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from video_help import Made

    from sammot.video import Limits


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Gives the clip of a kind, made when first asked for."""
    folder = tmp_path_factory.mktemp("clips")

    def make(kind: str) -> Path:
        path = folder / kind
        return path if path.exists() else KINDS[kind].write(path)

    return make


@pytest.fixture
def limits() -> Limits:
    return GENEROUS
