"""What the engines of Segment Anything say where they cannot be used; nothing here needs torch."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sammot.engines import engines
from sammot.errors import UnknownEngine
from sammot.models import installed
from sammot.service import Lack, LackKind, chosen
from sammot.settings import Settings

TRAINED = Path(__file__).parent / "data" / "tiny-sam2"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a machine that has weights of Segment Anything 2."""
    shutil.copytree(TRAINED, tmp_path / "models" / "tiny")
    return Settings(data_dir=tmp_path, models_dir=tmp_path / "models")


@pytest.mark.parametrize("engine", ["sam2", "sam3"])
@pytest.mark.parametrize("absent", ["torch", "transformers"])
def test_without_a_package_the_engine_says_what_installs_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, absent: str, engine: str
) -> None:
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == absent else object())
    entry = engines(settings)[engine]
    words, remedy = "Segment Anything is not installed", "./dev up --sam"
    assert entry.lack == Lack(LackKind.PACKAGES, words, remedy)
    assert remedy == installed.INSTALL
    with pytest.raises(UnknownEngine, match=f"{words}: {remedy}"):
        chosen(engines(settings), engine)


def test_with_packages_and_weights_it_lacks_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "find_spec", lambda _name: object())
    assert engines(settings)["sam2"].lack is None
