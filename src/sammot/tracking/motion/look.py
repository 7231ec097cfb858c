"""The first look: which evidence suits the clip, judged from a few frames spread over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.background import UNIT, Background, relit
from sammot.tracking.motion.camera import Camera, Register, judge
from sammot.tracking.motion.detect import LOW, shadow_of, solid_regions
from sammot.tracking.motion.modes import learn_background
from sammot.tracking.motion.moving import MovingEvidence
from sammot.tracking.motion.picture import Size, lab_of, shrink
from sammot.tracking.motion.regions import Regions
from sammot.tracking.motion.shots import group_shots
from sammot.tracking.motion.still import StillEvidence
from sammot.tracking.motion.uncovered import relearn
from sammot.tracking.motion.zones import without_objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.frame import ClipInfo, Frame
    from sammot.tracking.motion.parameters import Parameters
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.motion.sighting import Evidence

FEW = 16
"""Previews of a clip so short that they are all its frames: what passes slowly seems noise."""
LEAST_SHOT = 3
"""Previews that a shot needs for a background."""
MANY_CLAIMS, LARGE_SHARE = 24, 0.12
"""More regions than the first, over more of the picture than the second, are no objects."""
OTHER_LIGHT = 0.05
"""Share by which L changes where a lamp is switched; a cloud changes it less, and is learnt."""
KNOWN_SHARE = 0.6
"""Share of the previews that must lie in shots with a background."""


def find_evidence(
    settings: Parameters, clip: ClipInfo, previews: Sequence[Frame]
) -> tuple[Evidence, Size]:
    """The evidence for a clip, and the size to work at."""
    camera, shots = _judge(settings, clip, previews)
    if camera is Camera.MOVING:
        return MovingEvidence(settings), Size.working(clip, settings.moving_size)
    size = Size.working(clip, settings.work_size)
    labs = [[lab_of(previews[number], size) for number in shot] for shot in shots]
    if camera is Camera.SWAYING:
        labs = [_steady(shot) for shot in labs]
    labs = [_in_one_light(shot) for shot in labs]
    backgrounds = [learn_background(shot) for shot in labs]
    if len(previews) < FEW:
        backgrounds = [one.calmed() for one in backgrounds]
    backgrounds = [without_objects(one, shot) for one, shot in zip(backgrounds, labs, strict=True)]
    backgrounds = [relearn(one, shot) for one, shot in zip(backgrounds, labs, strict=True)]
    if settings.camera == "auto" and is_restless(backgrounds[0], labs[0]):
        return MovingEvidence(settings), Size.working(clip, settings.moving_size)
    register = Register(backgrounds[0].picture) if camera is Camera.SWAYING else None
    return StillEvidence(backgrounds, clip.fps, settings, register), size


def is_restless(background: Background, labs: Sequence[Picture]) -> bool:
    """Whether so much stirs everywhere (a crowd, water) that no background tells objects apart."""
    small = Size(*labs[0].shape[:2]).fitted(320)
    some = [shrink(lab, small) for lab in labs[:: max(1, len(labs) // 12)]]
    if len(some) < 4:
        return False
    reference = background.shrunk(small)
    counts, shares = [], []
    for lab in some:
        difference = reference.difference(lab)
        shadow = shadow_of(lab, reference)
        counts.append(Regions.of(solid_regions(difference, shadow, 1.0)).at_least(8).count)
        shares.append(float(np.mean(difference > LOW * UNIT)))
    return float(np.median(counts)) > MANY_CLAIMS and float(np.median(shares)) > LARGE_SHARE


def _judge(
    settings: Parameters, clip: ClipInfo, previews: Sequence[Frame]
) -> tuple[Camera, list[range]]:
    """What the camera does, by the parameters or else the pictures, and the shots to learn."""
    whole = [range(len(previews))]
    if settings.camera == "moving":
        return Camera.MOVING, whole
    small = Size.working(clip, 320)
    greys = [
        shrink(cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY), small) for frame in previews
    ]  # fmt: skip
    shots = group_shots(greys)
    seconds = previews[-1].time - previews[0].time
    if len(shots) == 1 or settings.camera == "fixed":
        camera = Camera.FIXED if settings.camera == "fixed" else judge(greys, seconds)
        return camera, [shot for shot in shots if len(shot) >= LEAST_SHOT] or whole
    fixed = [
        shot
        for shot in shots
        if len(shot) >= LEAST_SHOT and judge(greys[shot.start : shot.stop]) is not Camera.MOVING
    ]
    if sum(len(shot) for shot in fixed) >= KNOWN_SHARE * len(previews):
        return Camera.FIXED, fixed
    return judge(greys), whole


def _in_one_light(labs: Sequence[Picture]) -> list[Picture]:
    """The pictures in the light of the brightest."""
    brightest = max(labs, key=lambda lab: float(lab[::8, ::8, 0].mean()))
    return [relit(lab, brightest, OTHER_LIGHT) for lab in labs]


def _steady(labs: Sequence[Picture]) -> list[Picture]:
    """The pictures of a swaying camera brought to the place of the middle one."""
    middle = Register(labs[len(labs) // 2])
    height, width = labs[0].shape[:2]
    return [
        cv2.warpPerspective(
            lab, middle.find(lab), (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )
        for lab in labs
    ]  # fmt: skip
