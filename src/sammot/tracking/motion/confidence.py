from __future__ import annotations

from math import exp, log, log1p

WEIGHTS = (-1.2, 1.6, 0.5, 0.35, -1.0, -0.6)


def confidence(
    realness: float, age: int, size: float, *, is_shared: bool, is_parting: bool
) -> float:
    """How often a mask like this one is right, 0 to 1."""
    constant, real, old, large, shared, parting = WEIGHTS
    odds = constant + real * realness + old * log1p(min(age, 60)) + large * log(max(1.0, size))
    odds += shared * is_shared + parting * is_parting
    return 1 / (1 + exp(-odds))
