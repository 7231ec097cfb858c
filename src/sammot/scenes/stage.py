from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np
from scipy.interpolate import PchipInterpolator

from sammot.scenes.grounds import GROUNDS
from sammot.scenes.spec import Turn
from sammot.scenes.sprites import draw

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sammot.scenes.spec import Actor, Camera, Shot
    from sammot.tracking.mask import Mask

    Matrix = NDArray[np.float64]

_SHADOW_SLANT: Final = (0.05, 0.07)
_SHAKE_WAVES: Final = ((0.9, 0.6), (2.3, 0.3), (5.1, 0.1))


class _Patch(NamedTuple):
    """A piece of a picture and the rectangle of the view that it covers."""

    rows: slice
    columns: slice
    image: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Performer:
    actor: Actor
    sprite: NDArray[np.float32]
    shadow: NDArray[np.float32] | None
    poses: NDArray[np.float64]
    """(frames of one play, 3): x, y in pixels, angle in radians."""


class Stage:
    """Renders one shot: a pure function from a frame's number to its picture and truth."""

    def __init__(self, shot: Shot, *, size: tuple[int, int], fps: float, seed: int) -> None:
        self.height, self.width = size
        self._shot = shot
        self._unit = float(min(size))
        self._play_length = max(1, round(shot.seconds * fps))
        self._fps = fps
        self._camera = _camera_path(
            shot.camera, size, self._play_length, fps, np.random.default_rng([seed, 1])
        )
        self._ground, self._margin = self._make_ground(np.random.default_rng([seed, 2]))
        self._performers = [
            self._perform(actor, np.random.default_rng([seed, 3, _look(shot, actor)]))
            for actor in shot.actors
        ]
        self._still = None if self._camera.any() else self._ground_in_view(0).copy()

    def render(self, number: int) -> tuple[NDArray[np.uint8], dict[int, Mask]]:
        """The picture, RGB, and the visible part of each identity in it.

        `number` counts frames from the shot's first; identities count from 1 within the shot.
        """
        play, moment = divmod(number, self._play_length)
        image = self._ground_in_view(moment) if self._still is None else self._still.copy()
        covers: list[tuple[int | None, _Patch]] = []
        for place, performer in enumerate(self._performers):
            self._cast_shadow(image, performer, moment)
            patch = self._place(performer.sprite, performer.poses[moment], moment)
            if patch is None:
                continue
            view = image[patch.rows, patch.columns]
            view[:] = view * (1 - patch.image[..., 3:] / 255) + patch.image[..., :3] + 0.5
            covers.append((self._identity(place, play), patch))
        brightness = self._brightness(number)
        if brightness != 1:
            image = np.asarray(cv2.convertScaleAbs(image, alpha=brightness), np.uint8)
        return image, self._visible(covers)

    def _identity(self, place: int, play: int) -> int | None:
        actor = self._performers[place].actor
        if actor.scenery:
            return None
        is_same = actor.path[0][1:] == actor.path[-1][1:]
        return 1 + place + (0 if is_same else play * len(self._performers))

    def _visible(self, covers: list[tuple[int | None, _Patch]]) -> dict[int, Mask]:
        truth: dict[int, Mask] = {}
        for identity, patch in covers:
            solid = patch.image[..., 3] > 127
            for mask in truth.values():
                mask[patch.rows, patch.columns] &= ~solid
            if identity is not None:
                mask = np.zeros((self.height, self.width), np.bool_)
                mask[patch.rows, patch.columns] = solid
                truth[identity] = mask
        return {identity: mask for identity, mask in truth.items() if mask.any()}

    def _cast_shadow(self, image: NDArray[np.uint8], performer: _Performer, moment: int) -> None:
        if performer.shadow is None:
            return
        drop = self._unit * min(performer.actor.size)
        pose = performer.poses[moment] + (_SHADOW_SLANT[0] * drop, _SHADOW_SLANT[1] * drop, 0)
        patch = self._place(performer.shadow, pose, moment)
        if patch is not None:
            view = image[patch.rows, patch.columns]
            view[:] = view * (1 - patch.image[..., None]) + 0.5

    def _brightness(self, number: int) -> float:
        light, time = self._shot.light, number / self._fps
        wave = 1 + light.drift * float(np.sin(2 * np.pi * time / light.period))
        return wave * (light.step if light.step != 1 and time >= light.step_at else 1)

    def _place(
        self, picture: NDArray[np.float32], pose: NDArray[np.float64], moment: int
    ) -> _Patch | None:
        """Bring a sprite into the view; None where it lies outside."""
        height, width = picture.shape[:2]
        cosine, sine = np.cos(pose[2]), np.sin(pose[2])
        spin = np.array([[cosine, -sine], [sine, cosine]])
        matrix = np.empty((2, 3))
        matrix[:, :2] = spin
        matrix[:, 2] = pose[:2] - spin @ ((width - 1) / 2, (height - 1) / 2)
        matrix = _compose(_view_matrix(self._camera[moment], (self.height, self.width)), matrix)
        corners = np.array([(0, 0, 1), (width, 0, 1), (0, height, 1), (width, height, 1)])
        spots = corners @ matrix.T
        left, top = np.maximum(np.floor(spots.min(axis=0)).astype(int), 0)
        right, bottom = np.minimum(
            np.ceil(spots.max(axis=0)).astype(int) + 1, (self.width, self.height)
        )
        if left >= right or top >= bottom:
            return None
        matrix[:, 2] -= (left, top)
        image = cv2.warpAffine(picture, matrix, (int(right - left), int(bottom - top)))
        return _Patch(slice(top, bottom), slice(left, right), np.asarray(image, np.float32))

    def _make_ground(self, rng: np.random.Generator) -> tuple[NDArray[np.uint8], int]:
        reach = np.abs(self._camera[:, :2]).max(axis=0)
        turn = np.abs(self._camera[:, 2]).max() * np.hypot(self.height, self.width) / 2
        margin = 0 if not self._camera.any() else int(np.ceil(max(reach) + turn)) + 2
        size = (self.height + 2 * margin, self.width + 2 * margin)
        ground = GROUNDS[self._shot.ground](size, self._unit, rng)
        return ground.round().clip(0, 255).astype(np.uint8), margin

    def _ground_in_view(self, moment: int) -> NDArray[np.uint8]:
        if not self._margin:
            return self._ground
        matrix = _view_matrix(self._camera[moment], (self.height, self.width))
        shift = np.array([[1.0, 0, -self._margin], [0, 1, -self._margin]])
        image = cv2.warpAffine(self._ground, _compose(matrix, shift), (self.width, self.height))
        return np.asarray(image, np.uint8)

    def _perform(self, actor: Actor, rng: np.random.Generator) -> _Performer:
        width, height = actor.size[0] * self._unit, actor.size[1] * self._unit
        sprite = draw(actor.drawing, width, height, actor.colour, rng)
        shadow = _soft_shadow(sprite, self._shot.shadow) if self._shot.shadow else None
        times = np.arange(self._play_length) / self._fps
        spots = _walk(actor, times) * (self.width, self.height) - 0.5
        angles = _angles(actor.turn, spots, min(width, height) / 2, self._unit / self._fps)
        return _Performer(actor, sprite, shadow, np.column_stack([spots, angles]))


def _look(shot: Shot, actor: Actor) -> int:
    """The same number for actors of one drawing and colour: look-alikes are exactly alike."""
    kinds = [(other.drawing, other.colour, other.size) for other in shot.actors]
    return kinds.index((actor.drawing, actor.colour, actor.size))


def _walk(actor: Actor, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smooth positions through the waypoints, resting where two in a row are the same."""
    if len(actor.path) == 1:
        return np.tile(actor.path[0][1:], (len(times), 1)).astype(np.float64)
    knots = np.array(actor.path)
    inside = np.clip(times, knots[0, 0], knots[-1, 0])
    return np.asarray(PchipInterpolator(knots[:, 0], knots[:, 1:])(inside))


def _angles(
    turn: Turn, spots: NDArray[np.float64], radius: float, stride: float
) -> NDArray[np.float64]:
    """Radians for each frame; `stride` is the pixels per frame above which a heading counts."""
    steps = np.gradient(spots, axis=0) if len(spots) > 1 else np.zeros_like(spots)
    if turn is Turn.FIXED:
        return np.zeros(len(spots))
    if turn is Turn.ROLLING:
        return np.asarray(np.cumsum(steps[:, 0] + steps[:, 1]) / (2 * radius))
    moving = np.flatnonzero(np.hypot(*steps.T) > 0.02 * stride)
    if not len(moving):
        return np.zeros(len(spots))
    headings = np.unwrap(np.arctan2(steps[moving, 1], steps[moving, 0]))
    latest = np.searchsorted(moving, np.arange(len(spots)), side="right") - 1
    held = headings[np.maximum(latest, 0)]
    window = np.hanning(2 * min(9, len(held) // 2) + 3)[1:-1]
    padded = np.pad(held, len(window) // 2, mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid")


def _soft_shadow(sprite: NDArray[np.float32], darkness: float) -> NDArray[np.float32]:
    """The sprite's cover, blurred by a tenth of its size, 0..darkness."""
    blur = 0.06 * min(sprite.shape[:2]) + 0.5
    room = int(3 * blur) + 1
    cover = np.pad(sprite[..., 3] * np.float32(darkness / 255), room)
    return np.asarray(cv2.GaussianBlur(cover, (0, 0), blur), np.float32)


def _camera_path(
    camera: Camera, size: tuple[int, int], length: int, fps: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """(length, 3): x and y offset in pixels and roll in radians; periodic in `length`."""
    turns = np.arange(length) / length
    path = np.zeros((length, 3))
    scale = (camera.shake * min(size), camera.shake * min(size), np.radians(camera.roll))
    for axis, amplitude in enumerate(scale):
        for frequency, weight in _SHAKE_WAVES:
            cycles = max(1, round(frequency * length / fps))
            wave = np.sin(2 * np.pi * (cycles * turns + rng.uniform()))
            path[:, axis] += amplitude * weight * wave
    there_and_back = (1 - np.cos(2 * np.pi * turns)) / 2
    path[:, 0] += camera.pan[0] * size[1] * there_and_back
    path[:, 1] += camera.pan[1] * size[0] * there_and_back
    return path


def _view_matrix(pose: NDArray[np.float64], size: tuple[int, int]) -> Matrix:
    """World pixels to view pixels, (2, 3)."""
    centre = np.array([(size[1] - 1) / 2, (size[0] - 1) / 2])
    cosine, sine = np.cos(pose[2]), np.sin(pose[2])
    spin = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([spin, centre - spin @ (centre + pose[:2])])


def _compose(outer: Matrix, inner: Matrix) -> Matrix:
    """The affine map that applies `inner`, then `outer`."""
    linear = outer[:, :2] @ inner[:, :2]
    return np.column_stack([linear, outer[:, :2] @ inner[:, 2] + outer[:, 2]])
