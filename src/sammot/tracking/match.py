from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    from numpy.typing import NDArray


def assign(cost: NDArray[np.float64], limit: float) -> list[tuple[int, int]]:
    """The cheapest one-to-one pairs (row, column) whose cost is below `limit`.

    `cost` is (n, m); infinity forbids a pair. A pair at or above the limit is never chosen at
    the expense of one below it. The answer is sorted by row and may be empty.

    Source: Kuhn, "The Hungarian method for the assignment problem", 1955.
    """
    if cost.size == 0:
        return []
    capped = np.where(np.isfinite(cost) & (cost < limit), cost, limit + 1e3)
    rows, columns = linear_sum_assignment(capped)
    return [
        (int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
        if capped[row, column] < limit
    ]
