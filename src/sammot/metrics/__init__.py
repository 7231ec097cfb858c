"""How good tracks are: HOTA, CLEAR, Identity, and J&F on masks.

The numbers equal those of TrackEval and py-motmetrics; the code was written from the papers.
"""

from sammot.metrics.clear import Clear, clear
from sammot.metrics.comparison import Comparison, compare
from sammot.metrics.davis import Davis, davis
from sammot.metrics.hota import Hota, hota
from sammot.metrics.identity import Identity, identity
from sammot.metrics.report import METRICS, Evaluation, evaluate, table, total

__all__ = [
    "METRICS",
    "Clear",
    "Comparison",
    "Davis",
    "Evaluation",
    "Hota",
    "Identity",
    "clear",
    "compare",
    "davis",
    "evaluate",
    "hota",
    "identity",
    "table",
    "total",
]
