from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any, Final

from sammot.errors import InvalidInput, InvalidTracks
from sammot.metrics.clear import clear
from sammot.metrics.comparison import Comparison, Counts, best_pairs, compare
from sammot.metrics.davis import davis
from sammot.metrics.hota import ALPHAS, Hota, hota
from sammot.metrics.identity import identity
from sammot.metrics.similarity import box_similarity, mask_similarity
from sammot.tracking.mask import RLE, Box, Mask

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

Shape = Box | RLE | Mask
Shapes = Mapping[int, Mapping[int, Any]]
"""Frame (from 0) -> identity -> `Box`, `RLE` or `Mask`; one kind throughout."""

METRICS: Final = ("hota", "clear", "identity", "davis")
TABLE: Final = (
    "HOTA", "DetA", "AssA", "LocA", "MOTA", "MOTP", "IDF1", "IDP", "IDR",
    "FP", "FN", "IDSW", "Frag", "MT", "PT", "ML", "J&F", "J", "F",
)  # fmt: skip
"""The columns of a table, of those metrics that were asked for."""

_OF_COMPARISON: Final[Mapping[str, Callable[[Comparison], Counts]]] = {
    "hota": hota,
    "clear": clear,
    "identity": identity,
}
_SAME: Final = 0.5


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the metrics counted on a clip; those of several clips add up."""

    counts: Mapping[str, Counts]

    def __add__(self, other: Evaluation) -> Evaluation:
        both = self.counts.keys() & other.counts.keys()
        return Evaluation({k: v + other.counts[k] for k, v in self.counts.items() if k in both})

    @property
    def scores(self) -> dict[str, float]:
        """All numbers by name; shares are 0..1, counts are whole."""
        return {name: x for part in self.counts.values() for name, x in part.scores().items()}

    def to_json(self) -> dict[str, Any]:
        """The scores, and HOTA's at every threshold."""
        document: dict[str, Any] = dict(self.scores)
        if isinstance(part := self.counts.get("hota"), Hota):
            document["alphas"] = ALPHAS.tolist()
            document["by_alpha"] = {k: v.tolist() for k, v in part.by_alpha().items()}
        return document


def evaluate(
    truth: Shapes,
    tracks: Shapes,
    *,
    metrics: Collection[str] = METRICS[:3],
    ignored: Shapes | None = None,
) -> Evaluation:
    """Hold tracks against the truth.

    On masks the similarity is the masks' IoU; where either side has boxes, the boxes'. With
    boxes every frame of either side counts; with masks only the frames that the truth has, so
    that a truth may be sparse. A track's box that fits an `ignored` box best counts for
    nothing. `metrics` are names of `METRICS`; "davis" (J and F) needs masks.

    Raises: InvalidInput for an unknown metric; InvalidTracks for "davis" without masks, or for
    masks of different sizes.
    """
    unknown = [name for name in metrics if name not in METRICS]
    if unknown:
        raise InvalidInput(f"No metric is called {unknown[0]!r}; there are {', '.join(METRICS)}.")
    has_masks = not (_has_boxes(truth) or _has_boxes(tracks))
    if "davis" in metrics and not has_masks:
        raise InvalidTracks("J and F need masks on both sides; one of them has boxes only.")
    counts: dict[str, Counts] = {}
    wanted = {name: metric for name, metric in _OF_COMPARISON.items() if name in metrics}
    if wanted:
        pairs = _mask_pairs(truth, tracks) if has_masks else _box_pairs(truth, tracks, ignored)
        comparison = compare(pairs)
        counts |= {name: metric(comparison) for name, metric in wanted.items()}
    if "davis" in metrics:
        counts["davis"] = davis(_paired_masks(truth, tracks))
    return Evaluation(counts)


def total(evaluations: Sequence[Evaluation]) -> Evaluation:
    """All clips as one."""
    return reduce(add, evaluations)


def table(rows: Mapping[str, Evaluation]) -> str:
    """Aligned text, one clip a line; shares in percent, counts as they are."""
    scores = {name: evaluation.scores for name, evaluation in rows.items()}
    columns = [name for name in TABLE if all(name in row for row in scores.values())]
    cells = [["", *columns]] + [
        [name, *(_cell(row[column]) for column in columns)] for name, row in scores.items()
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )


def _cell(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{100 * value:.1f}"


def _has_boxes(shapes: Shapes) -> bool:
    first = next((shape for frame in shapes.values() for shape in frame.values()), None)
    return isinstance(first, Box)


def _masks(shapes: Mapping[int, RLE | Mask]) -> dict[int, Mask]:
    return {i: one.decode() if isinstance(one, RLE) else one for i, one in shapes.items()}


def _boxes(shapes: Mapping[int, Shape]) -> dict[int, Box]:
    return {
        identity: one if isinstance(one, Box) else Box.around(_masks({0: one})[0])
        for identity, one in shapes.items()
    }


_Pairs = tuple[list[int], list[int], Any]


def _mask_pairs(truth: Shapes, tracks: Shapes) -> Iterator[_Pairs]:
    for first, second in _paired_masks(truth, tracks):
        yield list(first), list(second), mask_similarity([*first.values()], [*second.values()])


def _paired_masks(
    truth: Shapes, tracks: Shapes
) -> Iterator[tuple[dict[int, Mask], dict[int, Mask]]]:
    for frame in sorted(truth):
        first, second = _masks(truth[frame]), _masks(tracks.get(frame, {}))
        if len({mask.shape for mask in (*first.values(), *second.values())}) > 1:
            raise InvalidTracks(f"In frame {frame} the masks have different sizes.")
        yield first, second


def _box_pairs(truth: Shapes, tracks: Shapes, ignored: Shapes | None) -> Iterator[_Pairs]:
    for frame in sorted(truth.keys() | tracks.keys()):
        first, second = _boxes(truth.get(frame, {})), _boxes(tracks.get(frame, {}))
        if ignored and ignored.get(frame):
            second = _without(second, first, _boxes(ignored[frame]))
        yield list(first), list(second), box_similarity([*first.values()], [*second.values()])


def _without(
    tracks: dict[int, Box], truth: dict[int, Box], ignored: dict[int, Box]
) -> dict[int, Box]:
    """The tracks that the best assignment to all boxes does not give to an ignored one."""
    score = box_similarity([*truth.values(), *ignored.values()], [*tracks.values()])
    rows, columns = best_pairs(score * (score >= _SAME))
    gone = {
        column
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if row >= len(truth) and score[row, column] >= _SAME
    }
    return {key: box for place, (key, box) in enumerate(tracks.items()) if place not in gone}
