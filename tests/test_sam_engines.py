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


def test_engines_tell_the_licences_of_their_models_and_which_are_gated_or_here(
    settings: Settings,
) -> None:
    shutil.copytree(TRAINED, settings.models_folder / "sam2.1-tiny")
    known = engines(settings)
    models = {one.name: one for one in known["sam2"].models}
    assert {one.licence for one in models.values()} == {"Apache-2.0"}
    assert [name for name, one in models.items() if one.is_here] == ["sam2.1-tiny"]
    (gated,) = known["sam3"].models
    assert (gated.licence, gated.is_gated, gated.is_here) == ("SAM License", True, False)
    assert known["motion"].models == ()


def test_with_packages_and_weights_it_lacks_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "find_spec", lambda _name: object())
    assert engines(settings)["sam2"].lack is None
