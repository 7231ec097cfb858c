from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sammot.errors import InvalidInput
from sammot.tracking import motion, prompts
from sammot.tracking.engine import Engine, Proposer
from sammot.tracking.manager import TrajectoryManager
from sammot.tracking.proposers import Prompted, Several
from sammot.tracking.sam.concepts import ConceptFinder, SimilarFinder
from sammot.tracking.sam.detector import ClassFinder
from sammot.tracking.sam.everything import Everything
from sammot.tracking.sam.finish import SamFinisher
from sammot.tracking.sam.grounding import TextFinder
from sammot.tracking.sam.parameters import Parameters, names
from sammot.tracking.sam.propagator import SamPropagator
from sammot.tracking.sam.proposers import Moving, Sampled
from sammot.tracking.sam.thresholds import thresholds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sammot.tracking.frame import ClipInfo, Frame
    from sammot.tracking.sam.concepts import Concepts
    from sammot.tracking.sam.detector import Detector
    from sammot.tracking.sam.grounding import Grounder
    from sammot.tracking.sam.proposers import Finder
    from sammot.tracking.sam.segmenter import Segmenter

WINDOW: Final = 8
"""Frames held back, so that a new track is reported from its first one."""


@dataclass(frozen=True, slots=True)
class Finders:
    """Models beside the segmenter, where an engine has them."""

    detector: Detector | None = None
    grounder: Grounder | None = None
    concepts: Concepts | None = None


def create(
    parameters: Mapping[str, object],
    clip: ClipInfo,
    previews: Sequence[Frame],
    segmenter: Segmenter,
    finders: Finders = Finders(),
) -> Engine:
    """An engine for one clip with a loaded model; `previews` are about 32 frames, at least one.

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
        given = {"minimum_size": settings.minimum_size}
        watcher = motion.create(given, clip, previews, looks_ahead=False)
        proposers.append(Moving(watcher, segmenter.grid))
    elif settings.find != "nothing":
        finder = _finder(settings, clip, propagator, finders)
        every = 1 if settings.find == "similar" else settings.every  # examples say their frames
        proposers.append(Sampled(finder, every=every))
    return Engine(
        Several(proposers), propagator, TrajectoryManager(thresholds(clip, memory=settings.memory)),
        SamFinisher(propagator), WINDOW,
    )  # fmt: skip


def _finder(
    settings: Parameters, clip: ClipInfo, propagator: SamPropagator, finders: Finders
) -> Finder:
    """What looks for objects. Raises InvalidInput where no model here can."""
    grid, concepts = propagator.segmenter.grid, finders.concepts
    match settings.find:
        case "everything":
            return Everything(propagator, least_share=settings.minimum_size * 1e-6)
        case "classes" if finders.detector is not None:
            return ClassFinder(finders.detector, grid, names(settings.classes))
        case "text" if concepts is not None:
            return ConceptFinder(concepts, propagator, names(settings.text))
        case "text" if finders.grounder is not None:
            return TextFinder(finders.grounder, grid, names(settings.text))
        case "similar" if concepts is not None:
            return SimilarFinder(concepts, propagator, settings.prompts, clip)
    raise InvalidInput(f"No model here finds {settings.find}.")
