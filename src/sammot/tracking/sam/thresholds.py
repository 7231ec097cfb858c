from __future__ import annotations

from typing import TYPE_CHECKING

from sammot.tracking.manager_config import ManagerConfig

if TYPE_CHECKING:
    from sammot.tracking.frame import ClipInfo


def thresholds(clip: ClipInfo, *, memory: float) -> ManagerConfig:
    """The manager's thresholds, in logits; hidden objects are kept for `memory` seconds.

    Source: SAM2MOT (arXiv 2504.04519), section 4, whose 25 frames are one second of ours.
    """
    return ManagerConfig(
        reliable=8.0,
        pending=6.0,
        suspicious=2.0,
        tolerance=max(1, round(memory * clip.fps)),
        history=10,
        free_share=0.7,
        overlap=0.8,
        confirm_hits=3,
        certain=10.0,
        must_move=False,
        absorbs=False,
        refreshes=True,
    )
