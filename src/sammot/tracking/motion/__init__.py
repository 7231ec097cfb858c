"""The engine that needs no weights: it tracks what differs from its background or moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sammot.tracking import prompts
from sammot.tracking.engine import Engine
from sammot.tracking.manager import TrajectoryManager
from sammot.tracking.manager_config import ManagerConfig
from sammot.tracking.motion.finding import YOUNG
from sammot.tracking.motion.finish import MotionFinisher
from sammot.tracking.motion.flow import Steps
from sammot.tracking.motion.look import find_evidence
from sammot.tracking.motion.lookout import MotionLookout
from sammot.tracking.motion.outlook import Outlook
from sammot.tracking.motion.parameters import PARAMETERS, Parameters
from sammot.tracking.motion.propagator import MotionPropagator
from sammot.tracking.motion.proposer import MotionProposer
from sammot.tracking.motion.scene import Scene
from sammot.tracking.motion.told.propagator import ToldFinisher, ToldPropagator
from sammot.tracking.proposers import Prompted, Several

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sammot.tracking.frame import ClipInfo, Frame

NAME: Final = "motion"
VERSION: Final = "15"
WINDOW_BYTES = 1 << 28
"""Frames that the engine holds back to look ahead take at most this, as three windows of them of
one byte for each pixel; but a window has at least eight."""
TOGETHER = 16
"""Frames that are looked at together where what comes after a frame says nothing of it."""

__all__ = ["NAME", "PARAMETERS", "VERSION", "create"]


def create(
    parameters: Mapping[str, object],
    clip: ClipInfo,
    previews: Sequence[Frame],
    *,
    looks_ahead: bool = True,
) -> Engine:
    """An engine for one clip; `previews` are about 32 frames spread over it, at least one.

    Who gives it frame by frame (`Engine.step`) has it look ahead of none.

    Raises:
        InvalidInput: a parameter or a prompt that means nothing.

    """
    settings = Parameters.parse(parameters)
    prompts.check(settings.prompts, clip)
    evidence, size = find_evidence(settings, clip, previews)
    in_part = evidence.sees_in_part
    looks_ahead = looks_ahead and in_part
    lookout = MotionLookout(
        size, Outlook(is_exact=bool(settings.prompts)) if looks_ahead else Steps(precise=in_part)
    )
    scene = Scene(size, settings, evidence, lookout)
    length = clip.frame_count or 1000
    # In a clip of a few frames an object has little time to show that it is one.
    config = ManagerConfig(
        # What comes back is known again only after some frames.
        tolerance=round(settings.memory * clip.fps) + YOUNG[0],
        confirm_hits=min(6, max(2, length // 8)),
        resting_hits=min(12, max(3, length // 4)),
        # Under a moving camera, what stirs and does not travel is a screen, leaves, or water.
        confirms_at_rest=not in_part,
    )
    window = max(8, min(64, WINDOW_BYTES // (3 * clip.width * clip.height)))
    propagator, proposer = MotionPropagator(scene), MotionProposer(scene)
    finisher, manager = MotionFinisher(propagator), TrajectoryManager(config)
    ahead = window if looks_ahead else min(window, TOGETHER)
    if not settings.prompts:
        return Engine(proposer, propagator, manager, finisher, window, window, ahead, lookout)
    shown = Prompted(settings.prompts, clip, size)
    beside = [proposer] if settings.find == "movement" else []
    told = ToldPropagator(propagator)
    proposers, finishers = Several([shown, *beside]), ToldFinisher(told, finisher)
    return Engine(proposers, told, manager, finishers, window, window, ahead, lookout)
