from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sammot.tracking.sam.picture import enlarged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sammot.tracking.frame import Frame
    from sammot.tracking.mask import Mask
    from sammot.tracking.sam.propagator import SamPropagator
    from sammot.tracking.track import TrackId
    from sammot.tracking.window import Draft


class SamFinisher:
    """Enlarges the model's logits to the frame; where masks overlap, the surer has the pixel."""

    def __init__(self, propagator: SamPropagator) -> None:
        self._propagator = propagator

    def revise(self, drafts: Sequence[Draft]) -> None:
        """Nothing: the model does not look back."""

    def finish(self, frame: Frame, masks: Mapping[TrackId, Mask]) -> Mapping[TrackId, Mask]:
        """See `Finisher`; the logits of this frame are let go of."""
        logits, side = self._propagator.logits, self._propagator.segmenter.side
        size = (frame.image.shape[0], frame.image.shape[1])
        best = np.zeros(size, np.float32)
        owner = np.zeros(size, np.uint16)
        for number, id_ in enumerate(masks, start=1):
            place, values = enlarged(logits[frame.index, id_], side, size)
            owner[place][values > best[place]] = number
            np.maximum(best[place], values, out=best[place])
        for key in list(logits):  # in one piece: the propagator may add to them meanwhile
            if key[0] <= frame.index:
                del logits[key]
        return {id_: owner == number for number, id_ in enumerate(masks, start=1)}
