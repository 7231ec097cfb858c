"""What moves otherwise than the camera makes it seem.

Source: our measured notes; the camera's motion as a homography (MAGSAC, Barath et al. 2019),
Otsu's threshold on what remains (1979).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.picture import length

if TYPE_CHECKING:
    from sammot.tracking.motion.picture import Picture


def residual(flow: Picture, taken: Picture) -> tuple[Picture, float]:
    """Length of the flow beyond the camera's, and the length that counts as motion, in pixels."""
    height, width = flow.shape[:2]
    beyond = flow - camera_flow(flow, taken)
    beyond = cv2.merge([cv2.medianBlur(one, 5) for one in cv2.split(beyond)])
    rest = length(beyond[..., 0], beyond[..., 1])
    free = rest[::2, ::2][taken[::2, ::2] == 0] if taken.shape == (height, width) else rest
    noise = 0.25 + 1.4826 * float(np.median(free if free.size else rest))
    return rest, max(2.5 * noise, _otsu(rest))


def camera_flow(flow: Picture, taken: Picture) -> Picture:
    """The flow that the camera's motion alone would give: a homography's."""
    height, width = flow.shape[:2]
    rows, columns = np.mgrid[4:height:8, 4:width:8]
    free = taken[rows, columns] == 0
    if np.count_nonzero(free) < 20:
        free[:] = True
    start = np.stack([columns[free], rows[free]], axis=1).astype(np.float32)
    stop = start + flow[rows[free], columns[free]]
    # The stubs do not know that there may be none.
    matrix: Picture | None = cv2.findHomography(start, stop, cv2.USAC_MAGSAC, 0.8)[0]
    if matrix is None:
        return np.broadcast_to(np.median(flow.reshape(-1, 2), axis=0), flow.shape)
    y, x = np.indices((height, width), sparse=True)
    depth = np.maximum(matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2], 1e-3)
    across = (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]) / depth - x
    down = (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]) / depth - y
    return np.stack([across, down], axis=2).astype(np.float32)


def _otsu(rest: Picture) -> float:
    top = float(np.percentile(rest[::2, ::2], 99.5))
    if top <= 0:
        return 1.0
    scaled = np.clip(rest * (255 / top), 0, 255).astype(np.uint8)
    level, _ = cv2.threshold(scaled, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return float(level) * top / 255


def carried(picture: Picture, flow: Picture) -> Picture:
    """The last frame's picture, uint8, where its pixels are now; 0 where nothing was seen."""
    y, x = np.indices(flow.shape[:2], np.float32)
    return cv2.remap(
        picture, x + flow[..., 0], y + flow[..., 1], cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT, borderValue=(0,),
    )  # fmt: skip
