"""Which models can be taken, and what kind of model is in a folder: told without loading any."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from sammot.errors import UnusableWeights

FAMILIES: Final = {
    "sam2_video": "Sam2VideoModel",
    "sam3_tracker_video": "Sam3TrackerVideoModel",
}
"""Promptable models: the kind in `config.json`, and the library's class; below likewise."""

DETECTORS: Final = {
    "d_fine": "DFineForObjectDetection",
    "rt_detr": "RTDetrForObjectDetection",
    "rt_detr_v2": "RTDetrV2ForObjectDetection",
}
"""Models that find objects of known classes."""

CONCEPTS: Final = {"sam3_video": "Sam3VideoModel"}
"""Models that find what a text names, and track it."""

GROUNDERS: Final = {"grounding-dino": "GroundingDinoForObjectDetection"}
"""Models that find what a text names."""


def kind_of(folder: Path) -> str:
    """The kind of model in a folder.

    Raises:
        UnusableWeights: nothing that can be read is there.

    """
    return str(_config(folder)["model_type"])


def labels_of(folder: Path) -> tuple[str, ...]:
    """The names of the classes that a detector knows. Raises UnusableWeights."""
    return tuple(str(label) for label in _config(folder).get("id2label", {}).values())


def one_of(kinds: Collection[str], folder: Path) -> str:
    """The kind of model in a folder. Raises UnusableWeights where it is none of these."""
    kind = kind_of(folder)
    if kind not in kinds:
        known = ", ".join(kinds)
        raise UnusableWeights(f"The weights in {folder} are of a {kind}; needed is one of {known}.")
    return kind


def _config(folder: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_bytes())
        config["model_type"]
    except FileNotFoundError as error:
        raise UnusableWeights(f"There are no weights in {folder}: no config.json.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableWeights(f"The config.json in {folder} cannot be read.") from error
    return config
