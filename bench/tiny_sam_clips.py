"""Short clips of generated scenes, with truth, from which `train_tiny_sam.py` learns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch

from sammot.scenes import Actor, Camera, Scene, Shot, Turn, Waypoint
from sammot.tracking.proposers import resized
from sammot.tracking.sam.picture import model_input, model_mask

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sammot.tracking.mask import Mask

SIDE = 128
"""Of the model's square picture, in pixels; its masks have a quarter of that."""
GRID = (SIDE // 4, SIDE // 4)
CLIP_SIZE = (256, 144)
STRIDES = (1, 2, 3, 4)
"""Frames, of 30 a second, from one that the model sees to the next."""
DRAWINGS = ("ball", "disc", "crate", "pebble", "car", "vacuum", "ladybird", "duck")
GROUNDS = ("plain", "mottled", "tiles", "planks")
LEAST_AREA = 300
"""Pixels of an object that is worth following."""
HELD_OUT = 1_000_000
"""Seeds from here on are for evaluation alone."""


def random_scene(seed: int) -> Scene:
    """Two to four objects that go to and fro over a random ground, some behind a post."""
    rng = np.random.default_rng(seed)
    actors = [_random_actor(rng) for _ in range(rng.integers(2, 5))]
    if rng.random() < 0.2:
        place = Waypoint(0, float(rng.uniform(0.2, 0.8)), 0.5)
        actors.insert(0, Actor("post", (0.12, 1.2), _colour(rng), (place,), scenery=True))
    shot = Shot(
        tuple(actors), seconds=3, ground=str(rng.choice(GROUNDS)),
        camera=Camera(shake=float(rng.choice([0.0, 0.01]))), shadow=float(rng.choice([0.0, 0.4])),
    )  # fmt: skip
    return Scene((shot,), *CLIP_SIZE, fps=30.0, frame_count=90, noise=3.0, seed=seed)


def _random_actor(rng: np.random.Generator) -> Actor:
    size = float(rng.uniform(0.35, 0.65))
    start = rng.uniform(0.1, 0.9, 2)
    end = np.clip(start + rng.uniform(-0.5, 0.5, 2), 0.05, 0.95)
    path = tuple(
        Waypoint(time, *map(float, point))
        for time, point in zip((0, 1.5, 3), (start, end, start), strict=True)
    )
    turn = (Turn.FIXED, Turn.HEADING, Turn.ROLLING)[rng.integers(3)]
    shape = (size * float(rng.uniform(1, 1.4)), size)
    return Actor(str(rng.choice(DRAWINGS)), shape, _colour(rng), path, turn)


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in rng.integers(20, 245, 3))
    return red, green, blue


@dataclass(frozen=True)
class Batch:
    """Objects of several scenes over as many frames.

    `pixels` are (frames, scenes, 3, S, S), `scenes` tells which is each object's, `first` is its
    mask in the first frame (objects, 1, S, S), and `coverage` how much of each of the model's
    pixels it covers (frames, objects, S/4, S/4).
    """

    pixels: torch.Tensor
    scenes: list[int]
    first: torch.Tensor
    coverage: torch.Tensor


def next_batch(seeds: Iterator[int], size: int, length: int) -> Batch:
    """So many objects, up to three of a scene, over so many frames."""
    pixels: list[torch.Tensor] = []
    scenes: list[int] = []
    objects: list[list[Mask]] = []
    while len(objects) < size:
        shown, found = _clip(next(seeds), length)
        found = list(islice(found, size - len(objects)))
        scenes += [len(pixels)] * len(found)
        pixels += [shown] if found else []
        objects += found
    first = torch.cat([model_mask(resized(masks[0], GRID), SIDE) for masks in objects])
    coverage = torch.stack([torch.stack([_coverage(one) for one in masks]) for masks in objects])
    return Batch(torch.stack(pixels, 1), scenes, first, coverage.transpose(0, 1))


def _clip(seed: int, length: int) -> tuple[torch.Tensor, list[list[Mask]]]:
    """Pictures (frames, 3, S, S), and up to three objects' masks in each."""
    rng = np.random.default_rng(seed)
    scene, stride = random_scene(seed), int(rng.choice(STRIDES))
    start = int(rng.integers(0, scene.frame_count - stride * (length - 1)))
    taken = [scene.render(start + stride * number) for number in range(length)]
    large = [id_ for id_, mask in taken[0][1].items() if np.count_nonzero(mask) > LEAST_AREA]
    absent = np.zeros(CLIP_SIZE[::-1], np.bool_)
    wanted = [int(id_) for id_ in rng.permutation(large)[:3]]
    pixels = torch.stack([model_input(frame.image, (SIDE, SIDE)) for frame, _ in taken])
    return pixels, [[truth.get(id_, absent) for _, truth in taken] for id_ in wanted]


def _coverage(mask: NDArray[np.bool_]) -> torch.Tensor:
    shares = cv2.resize(mask.astype(np.float32), GRID, interpolation=cv2.INTER_AREA)
    return torch.from_numpy(np.asarray(shares, np.float32))
