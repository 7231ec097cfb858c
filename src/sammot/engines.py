"""Every engine by name, also those that cannot run here. Listing them loads no model."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

from sammot import sam_engines
from sammot.models.devices import may_be_gpu
from sammot.models.kinds import kind_of
from sammot.service import EngineEntry
from sammot.settings import Settings
from sammot.tracking import motion
from sammot.tracking.motion.parameters import completed


def engines(settings: Settings, weights: Path | None = None) -> dict[str, EngineEntry]:
    """Every engine; with `weights`, Segment Anything takes that folder and no other.

    Raises:
        UnusableWeights: there are no weights in that folder.

    """
    if weights is not None:
        kind_of(weights)
    entries = (_motion(), sam_engines.sam2(settings, weights), sam_engines.sam3(settings, weights))
    return {entry.name: replace(entry, device=_device(settings)) for entry in entries}


def _device(settings: Settings) -> str:
    """What models compute on, told without torch; `auto` where that is not known: only with the
    embedded profile is this machine the one that the workers run on.
    """
    if settings.device != "auto" or settings.profile != "embedded":
        return settings.device
    return "gpu" if may_be_gpu(settings.device) else "cpu"


def _motion() -> EngineEntry:
    return EngineEntry(
        name=motion.NAME,
        version=motion.VERSION,
        title="Motion",
        description="Finds everything that moves, and follows what you show it. Needs no weights"
        " and no GPU.",
        parameters=[asdict(parameter) for parameter in motion.PARAMETERS],
        complete=completed,
        create=motion.create,
        takes_prompts=True,
    )
