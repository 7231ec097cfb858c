"""What moves otherwise than the camera makes it seem.

Source: our measured notes; the camera's motion as a homography (MAGSAC, Barath et al. 2019),
Otsu's threshold on what remains (1979).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from sammot.tracking.motion.picture import Picture


SLOWER = 0.5
"""Of Otsu's threshold: so far have gone the slower parts of an object."""
LEAST_FREE, ROUNDS = 60, 4
"""Points that tell the background's shape, and how often those that disagree are weighed down."""
NOISE_OF_STEP, NOISE_OF_TRAVEL = 0.25, 0.1
"""What the flow is wrong by, in pixels, where the picture's own noise says nothing."""


def residual(flow: Picture, camera: Picture) -> Picture:
    """The flow beyond the camera's, (height, width, 2) float32."""
    pairs = zip(cv2.split(flow), _flow_of(camera, flow.shape[:2]), strict=True)
    return cv2.merge([cv2.medianBlur(seen - own, 5) for seen, own in pairs])


def moving(rest: Picture, taken: Picture) -> Picture:
    """How probable it is that what is beyond the camera's motion by `rest` pixels moves.

    Between a frame and the next, motion stands out from what is little beside it.
    """
    scale = max(2.5 * _noise(rest, taken, NOISE_OF_STEP), _otsu(rest))
    return 1 - np.exp2(-((rest / scale) ** 2))


def travelled(rest: Picture, taken: Picture) -> Picture:
    """The same for what has come about over several frames.

    Noise adds up less than motion does, so slow parts beside fast ones count as well.
    """
    noise = 2.5 * _noise(rest, taken, NOISE_OF_TRAVEL)
    scale = max(noise, float(np.sqrt(noise * _otsu(rest))))
    return 1 - np.exp2(-((rest / scale) ** 2))


def reached(rest: Picture, taken: Picture, share: Picture | float = 1.0) -> Picture:
    """The same for all that has been seen of its way; of which `share` is seen, 0 to 1."""
    scale = np.maximum(
        2.5 * _noise(rest, taken, NOISE_OF_TRAVEL), SLOWER * _otsu(rest) * np.float32(share)
    )
    probability: Picture = 1 - np.exp2(-((rest / scale) ** 2))
    return probability


def _noise(rest: Picture, taken: Picture, least: float) -> float:
    """Standard deviation where no object is known (`taken`), in pixels, beside what is `least`."""
    free = rest[::2, ::2][taken[::2, ::2] == 0] if taken.shape == rest.shape else rest
    return least + 1.4826 * float(np.median(free if free.size else rest))


def camera_motion(flow: Picture, taken: Picture) -> Picture:
    """Homography (3, 3) from each pixel to where the camera's motion alone would have it come
    from; `taken` is uint8, set where objects are.
    """
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
        matrix = np.eye(3)
        matrix[:2, 2] = np.median(flow.reshape(-1, 2), axis=0)
    return matrix


def bulge(step: Picture, taken: Picture) -> Picture:
    """What the camera's motion makes of a background that is no plane, as float32 like `step`
    (height, width, 2), which is beyond the homography: a polynomial of the second degree through
    what most points that are not `taken` (uint8) do.
    """
    height, width = step.shape[:2]
    x, y = (np.linspace(-1, 1, count, dtype=np.float32) for count in (width, height))
    rows, columns = (one.ravel() for one in np.mgrid[2:height:4, 2:width:4])
    u, v = x[columns].astype(np.float64), y[rows].astype(np.float64)
    terms = np.stack([np.ones_like(u), u, v, u * u, u * v, v * v], axis=1)
    seen = step[rows, columns].astype(np.float64)
    free = (taken[rows, columns] == 0).astype(np.float64)
    if np.count_nonzero(free) < LEAST_FREE:
        free[:] = 1
    weights = free
    for _ in range(ROUNDS):
        weighted = terms * weights[:, None]
        # A little stiff, so that points on one line have an answer as well.
        factors = np.linalg.solve(weighted.T @ terms + 1e-3 * np.eye(6), weighted.T @ seen)
        away = np.linalg.norm(terms @ factors - seen, axis=1)
        weights = free / (1 + (away / (0.05 + 1.5 * float(np.median(away)))) ** 2) ** 2
    planes: list[Picture] = [
        (a + c * y + f * y * y)[:, None] + (b * x + d * x * x) + e * y[:, None] * x
        for a, b, c, d, e, f in factors.T.astype(np.float32)
    ]
    return cv2.merge(planes)


def _flow_of(camera: Picture, shape: tuple[int, ...]) -> tuple[Picture, Picture]:
    """The flow, across and down, that the camera's motion alone would give."""
    y, x = np.indices(shape, sparse=True)
    across, down, depth = (a * x + b * y for a, b, _ in camera)
    for plane, offset in zip((across, down, depth), camera[:, 2], strict=True):
        np.add(plane, offset, out=plane)
    np.maximum(depth, 1e-3, out=depth)
    for plane, start_of in ((across, x), (down, y)):
        np.divide(plane, depth, out=plane)
        np.subtract(plane, start_of, out=plane)
    return across.astype(np.float32), down.astype(np.float32)


def _otsu(rest: Picture) -> float:
    top = float(np.percentile(rest[::2, ::2], 99.5))
    if top <= 0:
        return 1.0
    scaled = np.clip(rest * (255 / top), 0, 255).astype(np.uint8)
    level, _ = cv2.threshold(scaled, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return float(level) * top / 255


def origins(flow: Picture) -> tuple[Picture, Picture]:
    """Where each pixel was, column and row, float32."""
    height, width = flow.shape[:2]
    y, x = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)
    return x + flow[..., 0], y + flow[..., 1]


def carried(picture: Picture, places: tuple[Picture, Picture]) -> Picture:
    """The last frame's picture, uint8, where its pixels are now; 0 where nothing was seen.

    `places` are their `origins`.
    """
    return cv2.remap(
        picture, *places, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=(0,)
    )  # fmt: skip
