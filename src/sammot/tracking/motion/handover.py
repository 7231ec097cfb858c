"""What one body holds beside itself may be what another, in the same region, lacks.

Where look-alikes part, each may keep a corner of the other: neither place nor colour told whose it
was. Their usual sizes do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sammot.tracking.motion.appearance import distance, histogram
from sammot.tracking.motion.claiming import UNLIKE, Found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sammot.tracking.motion.body import Body
    from sammot.tracking.motion.patch import Patch
    from sammot.tracking.motion.scene import View
    from sammot.tracking.track import TrackId


def hand_over(
    part: Patch, holder: TrackId, found: dict[TrackId, Found], bodies: Mapping[TrackId, Body],
    view: View,
) -> bool:  # fmt: skip
    """Give a part to the body in the same region that it brings nearest to its usual size, in
    `found`; whether there is one, and the holder too is nearer its usual size without the part.
    """
    extra = found[holder].patch.area - bodies[holder].area
    if abs(extra - part.area) >= abs(extra):
        return False
    regions = view.claims.labels
    region = int(np.bincount(part.of(regions)).argmax())
    colours = histogram(view.bins, part)
    taker, most = None, 0.0
    for id_, one in found.items():
        lack = bodies[id_].area - one.patch.area
        gain = abs(lack) - abs(lack - part.area)
        if id_ == holder or gain <= most or distance(bodies[id_].colours, colours) >= UNLIKE:
            continue
        if (one.patch.of(regions) == region).any():
            taker, most = id_, gain
    if taker is None:
        return False
    found[taker] = found[taker].united(Found(part))
    return True
