"""Which models lie on this machine, found without loading any."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.util import find_spec
from pathlib import Path

from sammot.errors import UnusableWeights
from sammot.models.kinds import kind_of

PACKAGES = ("torch", "transformers")

_IS_CHECKOUT = (Path(__file__).parents[3] / "dev").is_file()
INSTALL = "./dev up --sam" if _IS_CHECKOUT else "pip install 'sammot[sam]'"
"""What to type: in a checkout the programs lie in its `.venv`."""


def fetch(name: str) -> str:
    """What to type for a model of the catalogue."""
    return f"{'.venv/bin/' if _IS_CHECKOUT else ''}sammot models fetch {name}"


def missing_packages() -> list[str]:
    """Which of the packages are not there."""
    return [name for name in PACKAGES if find_spec(name) is None]


def find(models_dir: Path, kinds: Collection[str]) -> Mapping[str, Path]:
    """The folders of models of these kinds, by name."""
    if not models_dir.is_dir():
        return {}
    return {
        folder.name: folder for folder in sorted(models_dir.iterdir()) if _kind(folder) in kinds
    }


def _kind(folder: Path) -> str | None:
    """What is in a folder; None where it is nothing of ours."""
    try:
        return kind_of(folder)
    except UnusableWeights:
        return None
