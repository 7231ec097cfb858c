"""Objects that a text names, found by Grounding DINO (arXiv 2303.05499).

The model reads all phrases at once, with full stops between them, and says of each box how well it
goes with each token of the text. Section 3.4 of the paper keeps the phrases from seeing each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import torch

from sammot.errors import UnclearText
from sammot.tracking.sam.detector import corners, on_grid
from sammot.tracking.sam.duplicates import distinct
from sammot.tracking.sam.picture import model_input
from sammot.tracking.sam.segmenter import bounded
from sammot.tracking.track import Detection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sammot.tracking.frame import Frame
    from sammot.tracking.sam.picture import Size

SHORT_SIDE, LONG_SIDE = 800, 1333
"""Of the picture that the published models take, in pixels: the shorter, at most the longer."""
LEAST_SCORE: Final = 0.35
"""Of the token that a box goes best with: a choice, not a measurement."""
MOST_ALIKE: Final = 0.7
"""Intersection over union from which two boxes are one object."""
_STOP: Final = "."


@dataclass(frozen=True, slots=True)
class Query:
    """Phrases as the model reads them; `tokens` are the places of each one's tokens."""

    inputs: Mapping[str, torch.Tensor]
    tokens: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Grounder:
    """A loaded `GroundingDinoForObjectDetection` with its tokenizer."""

    network: Any
    tokenizer: Any
    device: str = "cpu"

    def query(self, phrases: Sequence[str]) -> Query:
        """The phrases for `find`.

        Raises:
            UnclearText: they are too long for the model, or nothing is left of one.
            OutOfMemory: the device has not enough.

        """
        # Full stops and question marks end a phrase for the model, so none may stand within one.
        plain = [phrase.lower().translate({ord("."): " ", ord("?"): " "}) for phrase in phrases]
        inputs = self.tokenizer(f"{_STOP} ".join(plain) + _STOP, return_tensors="pt")
        ids = inputs["input_ids"][0].tolist()
        longest = int(self.network.config.max_text_len)
        if len(ids) > longest:
            raise UnclearText(f"text has {len(ids)} tokens; the model reads at most {longest}.")
        stop, tokens = self.tokenizer.convert_tokens_to_ids(_STOP), [list[int]()]
        for place, token in enumerate(ids[1:-1], start=1):
            if token == stop:
                tokens.append([])
            else:
                tokens[-1].append(place)
        if not all(tokens[:-1]):
            raise UnclearText("text has a part without a word.")
        with bounded(self.device):
            there = {name: value.to(self.device) for name, value in inputs.items()}
        return Query(there, tuple(map(tuple, tokens[:-1])))

    def find(self, frame: Frame, query: Query) -> tuple[torch.Tensor, torch.Tensor]:
        """Boxes (n, 4) in shares of the picture, x1 y1 x2 y2, and the score of each phrase (n, p):
        that of its best token.

        Raises:
            OutOfMemory: the device has not enough.

        """
        size = fitted((frame.image.shape[0], frame.image.shape[1]))
        with bounded(self.device), torch.inference_mode():
            pixels = model_input(frame.image, size)[None].to(self.device)
            out = self.network(pixel_values=pixels, **query.inputs)
            by_token = out.logits[0].float().sigmoid().cpu()
            boxes = corners(out.pred_boxes[0].float().cpu())
        scores = [by_token[:, list(places)].amax(1) for places in query.tokens]
        return boxes, torch.stack(scores, 1)


class TextFinder:
    """Looks for what phrases name."""

    def __init__(self, grounder: Grounder, grid: Size, phrases: Sequence[str]) -> None:
        self._grounder = grounder
        self._grid = grid
        self._phrases = phrases
        self._query = grounder.query(phrases)

    def find(self, frame: Frame) -> Sequence[Detection]:
        """The objects found, the best first, each with the phrase that fits it best."""
        boxes, scores = self._grounder.find(frame, self._query)
        best, which = scores.max(1)
        found = [
            Detection(on_grid(box, self._grid), float(score), self._phrases[number])
            for box, score, number in zip(boxes, best, which, strict=True)
            if score >= LEAST_SCORE
        ]
        return distinct(found, MOST_ALIKE)


def fitted(size: Size) -> Size:
    """The (height, width) that the model takes a picture at: its shape kept, rounded down."""
    short, long = min(size), max(size)
    side, scale = SHORT_SIDE, SHORT_SIDE / short
    if long * scale > LONG_SIDE:
        scale = LONG_SIDE / long
        side = round(short * scale)
    other = int(long * scale)
    return (side, other) if size[0] <= size[1] else (other, side)
