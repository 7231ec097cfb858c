"""Every engine by name, also those that cannot run here. Listing them loads no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sammot.errors import InvalidInput
from sammot.models import installed
from sammot.models.devices import is_absent
from sammot.models.loading import DETECTORS, FAMILIES, kind_of, labels_of
from sammot.service import EngineEntry, Lack, LackKind
from sammot.settings import Settings
from sammot.tracking import motion
from sammot.tracking.engine import Engine
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.motion.parameters import Parameters
from sammot.tracking.parameters import ParameterInfo
from sammot.tracking.sam import parameters as sam


def engines(settings: Settings, weights: Path | None = None) -> dict[str, EngineEntry]:
    """Every engine; with `weights`, Segment Anything takes that folder and no other.

    Raises:
        UnusableWeights: there are no weights in that folder.

    """
    if weights is None:
        folders = installed.find(settings.models_folder, FAMILIES)
    else:
        kind_of(weights)
        folders = {weights.resolve().name: weights}
    detectors = installed.find(settings.models_folder, DETECTORS)
    return {entry.name: entry for entry in (_motion(), _sam2(settings, folders, detectors))}


def _motion() -> EngineEntry:
    return EngineEntry(
        name=motion.NAME,
        version=motion.VERSION,
        title="Motion",
        description="Finds everything that moves. Needs no weights and no GPU.",
        parameters=[asdict(parameter) for parameter in motion.PARAMETERS],
        complete=lambda given: asdict(Parameters.parse(given)),
        create=motion.create,
    )


def _sam2(
    settings: Settings, folders: Mapping[str, Path], detectors: Mapping[str, Path]
) -> EngineEntry:
    names = tuple(folders)

    def complete(given: Mapping[str, Any]) -> dict[str, Any]:
        values = dict(given)
        wanted = values.pop("weights", names[0])
        if wanted not in names:
            raise InvalidInput(f"weights must be one of {', '.join(names)}.")
        which = values.pop("detector", next(iter(detectors), None))
        settled = sam.completed(values)
        if settled["find"] == "classes":
            _check_classes(detectors, which, settled.get("classes", ""))
            settled["detector"] = which
        return {"weights": wanted, **settled}

    def create(
        parameters: Mapping[str, object], clip: ClipInfo, previews: Sequence[Frame]
    ) -> Engine:
        from sammot.models.devices import chosen_device  # noqa: PLC0415 - these import torch
        from sammot.models.loading import detector, segmenter  # noqa: PLC0415
        from sammot.tracking.sam.assembly import create as assembled  # noqa: PLC0415

        values = dict(parameters)
        folder = folders[str(values.pop("weights"))]
        device = chosen_device(settings.device)
        which = values.pop("detector", None)
        finder = None if which is None else detector(detectors[str(which)], device)
        return assembled(values, clip, previews, segmenter(folder, device), finder)

    weights = ParameterInfo(
        "weights", "choice", names[0] if names else "", None, None, "",
        "Which model: larger ones are better and slower.", names,
    )  # fmt: skip
    return EngineEntry(
        name="sam2",
        version=sam.VERSION,
        title="Segment Anything 2",
        description="Follows any object, moving or not, that you show it or that is found."
        " Needs weights; without a GPU it is slow.",
        parameters=[asdict(parameter) for parameter in (weights, *sam.offered(tuple(detectors)))],
        complete=complete,
        create=create,
        takes_prompts=True,
        lack=_lack(settings, has_weights=bool(names)),
    )


def _check_classes(detectors: Mapping[str, Path], which: object, classes: str) -> None:
    """Raise InvalidInput where no detector here knows these classes."""
    if which not in detectors:
        names = ", ".join(detectors) or "none: put a D-FINE or RT-DETR into SAMMOT_MODELS_DIR"
        raise InvalidInput(f"detector must be one of those here; there are: {names}.")
    known = labels_of(detectors[str(which)])
    for name in (one.strip() for one in classes.split(",")):
        if name and name not in known:
            raise InvalidInput(f"{which} knows no {name!r}; it knows: {', '.join(known)}.")


def _lack(settings: Settings, *, has_weights: bool) -> Lack | None:
    """What Segment Anything 2 lacks here.

    Only with the embedded profile is this machine the one that the workers run on.
    """
    if installed.missing_packages():
        words = "Segment Anything is not installed"
        return Lack(LackKind.PACKAGES, words, installed.INSTALL)
    if not has_weights:
        words = "There are no weights of Segment Anything 2"
        return Lack(LackKind.WEIGHTS, words, installed.FETCH)
    if settings.profile == "embedded" and is_absent(settings.device):
        words = f"There is no device {settings.device} here"
        return Lack(LackKind.DEVICE, words, "SAMMOT_DEVICE=auto")
    return None
