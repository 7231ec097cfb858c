from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sammot.tracking import motion, prompts
from sammot.tracking.engine import Engine, Proposer
from sammot.tracking.manager import TrajectoryManager
from sammot.tracking.sam.detector import Detected
from sammot.tracking.sam.everything import Everything
from sammot.tracking.sam.finish import SamFinisher
from sammot.tracking.sam.parameters import Parameters
from sammot.tracking.sam.propagator import SamPropagator
from sammot.tracking.sam.proposers import Moving, Prompted, Several
from sammot.tracking.sam.thresholds import thresholds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sammot.tracking.frame import ClipInfo, Frame
    from sammot.tracking.sam.detector import Detector
    from sammot.tracking.sam.segmenter import Segmenter

WINDOW: Final = 8
"""Frames held back, so that a new track is reported from its first one."""


def create(
    parameters: Mapping[str, object],
    clip: ClipInfo,
    previews: Sequence[Frame],
    segmenter: Segmenter,
    detector: Detector | None = None,
) -> Engine:
    """An engine for one clip with a loaded model; `previews` are about 32 frames, at least one.

    Where objects of known classes are looked for, `detector` knows them.

    Raises:
        InvalidInput: a parameter or a prompt that means nothing.

    """
    settings = Parameters.parse(parameters)
    prompts.check(settings.prompts, clip)
    if settings.compile:
        segmenter.compile()
    propagator = SamPropagator(segmenter)
    proposers: list[Proposer] = [Prompted(settings.prompts, clip, segmenter.grid)]
    if settings.find == "movement":
        watcher = motion.create({"minimum_size": settings.minimum_size}, clip, previews)
        proposers.append(Moving(watcher, segmenter.grid))
    elif settings.find == "everything":
        least = settings.minimum_size * 1e-6
        proposers.append(Everything(propagator, every=round(settings.every), least_share=least))
    elif settings.find == "classes" and detector is not None:
        every = round(settings.every)
        proposers.append(Detected(detector, segmenter.grid, every=every, classes=settings.classes))
    return Engine(
        Several(proposers), propagator, TrajectoryManager(thresholds(clip, memory=settings.memory)),
        SamFinisher(propagator), WINDOW,
    )  # fmt: skip
