from __future__ import annotations

import numpy as np

from sammot.tracking.motion.residual import origins, travelled
from sammot.tracking.motion.travel import TOO_FAR, Travel

SHAPE = (40, 60)
NOTHING = np.zeros(SHAPE, np.uint8)
REST = origins(np.zeros((*SHAPE, 2), np.float32))


def step(across: float, noise: int | None = None) -> np.ndarray:
    """A square that goes to the right; the flow around it may be wrong by a tenth of a pixel."""
    one = np.zeros((*SHAPE, 2), np.float32)
    if noise is not None:
        one += np.random.default_rng(noise).normal(0, 0.1, one.shape).astype(np.float32)
    one[10:30, 20:40, 0] += across
    return one


def test_slow_steps_add_up() -> None:
    travel = Travel()
    distances = []
    for _ in range(5):
        travel.add(step(0.5), REST)
        distances.append(float(travel.distance(SHAPE)[20, 30]))
    assert distances == sorted(distances)
    assert distances[-1] > 3 * distances[0]


def test_what_creeps_stands_out_from_noise_beside_what_is_fast() -> None:
    travel = Travel()
    for number in range(8):
        one = step(0.4, noise=number)
        one[2:8, 2:12, 0] += 2.0
        travel.add(one, REST)
    evidence = travelled(travel.distance(SHAPE), NOTHING)
    assert float(np.mean(evidence[12:28, 22:38] > 0.5)) > 0.9
    assert float(np.mean(evidence[32:, :] > 0.5)) < 0.05


def test_what_rests_between_two_steps_still_counts() -> None:
    travel = Travel()
    for across in (1.0, 1.0, 1.0, 0.0, 0.0):
        travel.add(step(across), REST)
    assert float(travel.distance(SHAPE)[20, 30]) > 1.0


def test_it_goes_with_its_object() -> None:
    travel = Travel()
    travel.add(step(1.0), REST)
    # The flow says where each pixel was.
    travel.add(
        np.zeros((*SHAPE, 2), np.float32), origins(np.full((*SHAPE, 2), [-8, 0], np.float32))
    )
    distance = travel.distance(SHAPE)
    assert distance[20, 24] < 0.1 < distance[20, 42]


def test_it_is_believed_where_all_is_slow_only() -> None:
    slow, fast = Travel(), Travel()
    for _ in range(6):
        slow.add(step(1.0), REST)
        fast.add(step(2 * TOO_FAR), REST)
    assert slow.trust() == 1
    assert fast.trust() == 0
