from __future__ import annotations

import numpy as np

from sammot.tracking.match import assign


def test_the_total_cost_is_the_least() -> None:
    cost = np.array([[1.0, 2.0], [1.1, 9.0]])
    assert assign(cost, 10) == [(0, 1), (1, 0)]


def test_no_pair_at_the_limit_or_above() -> None:
    assert assign(np.array([[5.0, 4.0]]), 4.0) == []


def test_an_infinite_cost_forbids_a_pair() -> None:
    cost = np.array([[np.inf, 3.0], [np.inf, 1.0]])
    assert assign(cost, 10) == [(1, 1)]


def test_a_pair_above_the_limit_never_costs_one_below_it() -> None:
    cost = np.array([[1.0, 100.0], [2.0, 3.0]])
    assert assign(cost, 10) == [(0, 0), (1, 1)]


def test_nothing_to_match_is_no_pairs() -> None:
    assert assign(np.zeros((0, 3)), 1) == []
