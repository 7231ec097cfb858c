"""Objects of known classes, found by a detector.

For models that answer as the library's D-FINE (arXiv 2410.13842) and RT-DETR (arXiv 2304.08069)
do: a number of boxes, each with the logit of every class, and no duplicates among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import torch

from sammot.tracking.mask import Box
from sammot.tracking.sam.picture import squeezed
from sammot.tracking.sam.segmenter import bounded
from sammot.tracking.track import Detection

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sammot.tracking.frame import Frame
    from sammot.tracking.sam.picture import Size

SIDE: Final = 640
"""Of the square picture that the published models take, in pixels: values 0 to 1, as they are."""
LEAST_SCORE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Detector:
    """A loaded model of the library's for object detection."""

    network: Any
    device: str = "cpu"
    dtype: torch.dtype = torch.float32

    def find(self, frame: Frame) -> tuple[torch.Tensor, torch.Tensor]:
        """Boxes (n, 4) in shares of the picture, x1 y1 x2 y2, and the score of each class (n, c).

        Raises:
            OutOfMemory: the device has not enough.

        """
        with bounded(self.device), torch.inference_mode():
            pixels = squeezed(frame.image, (SIDE, SIDE))[None].to(self.device, self.dtype)
            out = self.network(pixel_values=pixels)
            scores = out.logits[0].float().sigmoid().cpu()
            return corners(out.pred_boxes[0].float().cpu()), scores


class ClassFinder:
    """Looks for what a detector knows of the wanted classes; of all where none is named."""

    def __init__(self, detector: Detector, grid: Size, classes: Collection[str]) -> None:
        self._detector = detector
        self._grid = grid
        labels = detector.network.config.id2label
        self._wanted = {
            int(number): str(label)
            for number, label in labels.items()
            if not classes or label in classes
        }

    def find(self, frame: Frame) -> Sequence[Detection]:
        """The objects found, the best first."""
        boxes, scores = self._detector.find(frame)
        columns = sorted(self._wanted)
        best, which = scores[:, columns].max(1)
        found = [
            Detection(on_grid(box, self._grid), float(score), self._wanted[columns[column]])
            for box, score, column in zip(boxes, best, which, strict=True)
            if score >= LEAST_SCORE
        ]
        return sorted(found, key=lambda one: -one.score)


def corners(boxes: torch.Tensor) -> torch.Tensor:
    """Boxes (n, 4) as x1 y1 x2 y2 in 0..1, from their centres and sizes."""
    centres, sizes = boxes.split(2, dim=1)
    return torch.cat([centres - sizes / 2, centres + sizes / 2], 1).clamp(0, 1)


def on_grid(box: torch.Tensor, grid: Size) -> Box:
    """A box in shares of the picture, in pixels of a grid."""
    height, width = grid
    x1, y1, x2, y2 = box.tolist()
    return Box(x1 * width, y1 * height, x2 * width, y2 * height)
