"""The engine that needs no weights: it tracks what differs from its background or moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2

from sammot.tracking.engine import Engine
from sammot.tracking.manager import ManagerConfig, TrajectoryManager
from sammot.tracking.motion.camera import Camera, Register, judge
from sammot.tracking.motion.finish import MotionFinisher
from sammot.tracking.motion.look import learn_background
from sammot.tracking.motion.moving import MovingEvidence
from sammot.tracking.motion.parameters import PARAMETERS, ParameterInfo, Parameters
from sammot.tracking.motion.picture import Picture, Size, lab_of, shrink
from sammot.tracking.motion.propagator import MotionPropagator
from sammot.tracking.motion.proposer import MotionProposer
from sammot.tracking.motion.scene import Scene
from sammot.tracking.motion.still import StillEvidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sammot.tracking.frame import ClipInfo, Frame
    from sammot.tracking.motion.sighting import Evidence

NAME: Final = "motion"
VERSION: Final = "1"
WINDOW_BYTES = 1 << 28
"""Frames that the engine holds back to look ahead take at most this, but are at least eight."""

__all__ = ["NAME", "PARAMETERS", "VERSION", "ParameterInfo", "create"]


def create(parameters: Mapping[str, object], clip: ClipInfo, previews: Sequence[Frame]) -> Engine:
    """An engine for one clip; `previews` are about 32 frames spread over it, at least one.

    Raises:
        InvalidInput: a parameter that means nothing.

    """
    settings = Parameters.parse(parameters)
    camera = judge_camera(settings, clip, previews)
    is_moving = camera is Camera.MOVING
    size = Size.working(clip, settings.moving_size if is_moving else settings.work_size)
    evidence: Evidence
    if is_moving:
        evidence = MovingEvidence(settings)
    else:
        evidence = _still_evidence(
            settings, clip, [lab_of(frame, size) for frame in previews], camera
        )
    scene = Scene(size, settings, evidence)
    config = ManagerConfig(tolerance=max(1, round(settings.memory * clip.fps)))
    window = max(8, min(64, WINDOW_BYTES // (3 * clip.width * clip.height)))
    propagator = MotionPropagator(scene)
    return Engine(
        MotionProposer(scene), propagator, TrajectoryManager(config),
        MotionFinisher(propagator), window,
    )  # fmt: skip


def judge_camera(settings: Parameters, clip: ClipInfo, previews: Sequence[Frame]) -> Camera:
    """What the parameters say of the camera, or else the pictures."""
    if settings.camera == "fixed":
        return Camera.FIXED
    if settings.camera == "moving":
        return Camera.MOVING
    small = Size.working(clip, 320)
    return judge([
        shrink(cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY), small) for frame in previews
    ])  # fmt: skip


def _still_evidence(
    settings: Parameters, clip: ClipInfo, labs: list[Picture], camera: Camera
) -> StillEvidence:
    if camera is Camera.FIXED:
        return StillEvidence(learn_background(labs), clip.fps, settings)
    middle = Register(labs[len(labs) // 2])
    height, width = labs[0].shape[:2]
    steady = [
        cv2.warpPerspective(
            lab, middle.find(lab), (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )
        for lab in labs
    ]  # fmt: skip
    background = learn_background(steady)
    return StillEvidence(background, clip.fps, settings, Register(background.picture))
