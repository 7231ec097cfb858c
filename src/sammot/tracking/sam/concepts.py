"""All objects that a phrase names, or that are like a shown one, found by the detector of SAM 3.

Source: SAM 3 (arXiv 2511.16719): the detector says whether the concept is there at all (presence),
and how well each of its masks goes with it. The tracker is another model behind the same encoder
of pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from sammot.errors import UnclearText
from sammot.tracking.mask import Box, box_iou
from sammot.tracking.sam.duplicates import distinct
from sammot.tracking.sam.segmenter import bounded
from sammot.tracking.track import Detection

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sammot.tracking.frame import ClipInfo, Frame
    from sammot.tracking.prompts import UserPrompt
    from sammot.tracking.sam.propagator import SamPropagator

_VISUAL: Final = "visual"
"""The model's own word where there is no phrase, only an example."""
LEAST_MATCH: Final = 0.5
"""Intersection over union from which a box is that of the example itself."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as the model has read it; what is found by it is called `label`."""

    label: str | None
    features: Any
    attention_mask: torch.Tensor


@dataclass(frozen=True, slots=True)
class Concepts:
    """A loaded `Sam3Model` with its tokenizer.

    What scores `least_score` is found, and masks that agree by `most_alike` are one object: the
    checkpoint says both.
    """

    network: Any
    tokenizer: Any
    least_score: float
    most_alike: float
    device: str = "cpu"

    def read(self, text: str, label: str | None) -> Phrase:
        """A phrase for `find`.

        Raises:
            UnclearText: it is too long for the model.
            OutOfMemory: the device has not enough.

        """
        longest = int(self.network.config.text_config.max_position_embeddings)
        inputs = self.tokenizer(text, padding="max_length", max_length=longest, return_tensors="pt")
        if inputs["input_ids"].shape[1] > longest:
            raise UnclearText(f"{text!r} is too long: the model reads at most {longest} tokens.")
        with bounded(self.device), torch.inference_mode():
            inputs = inputs.to(self.device)
            features = self.network.get_text_features(**inputs)
        return Phrase(label, features, inputs["attention_mask"])

    def find(
        self, pixels: torch.Tensor, phrases: Sequence[Phrase], boxes: torch.Tensor | None = None
    ) -> list[Detection]:
        """The objects that go with the phrases, each once, the best first; `boxes` (n, 4), centres
        and sizes in shares of the picture, are around examples of them.

        Raises:
            OutOfMemory: the device has not enough.

        """
        shown: dict[str, torch.Tensor] = {}
        found: list[Detection] = []
        with bounded(self.device), torch.inference_mode():
            if boxes is not None:
                shown["input_boxes"] = boxes[None].to(self.device, pixels.dtype)
            picture = self.network.get_vision_features(pixels[None])
            for phrase in phrases:
                out = self.network(
                    vision_embeds=picture, text_embeds=phrase.features,
                    attention_mask=phrase.attention_mask, **shown,
                )  # fmt: skip
                found += self._detections(out, phrase.label)
        return distinct(found, self.most_alike)

    def _detections(self, out: Any, label: str | None) -> list[Detection]:  # noqa: ANN401 - the library's
        presence = out.presence_logits[0].float().sigmoid()
        scores = (out.pred_logits[0].float().sigmoid() * presence).cpu()
        masks = (out.pred_masks[0] > 0).cpu().numpy()
        return [
            Detection(Box.around(masks[number]), float(scores[number]), label, masks[number])
            for number in (scores > self.least_score).nonzero()[:, 0].tolist()
            if masks[number].any()
        ]


class ConceptFinder:
    """Looks for what phrases name."""

    def __init__(
        self, concepts: Concepts, propagator: SamPropagator, phrases: Sequence[str]
    ) -> None:
        self._concepts = concepts
        self._propagator = propagator
        self._phrases = [concepts.read(phrase, phrase) for phrase in phrases]

    def find(self, frame: Frame) -> Sequence[Detection]:
        """The objects found, the best first, each with the phrase that fits it best."""
        return self._concepts.find(self._propagator.pixels(frame), self._phrases)


class SimilarFinder:
    """Looks for what is like the objects that the user shows by a box or a mask, in the frames in
    which they are shown.
    """

    def __init__(
        self,
        concepts: Concepts,
        propagator: SamPropagator,
        prompts: Iterable[UserPrompt],
        clip: ClipInfo,
    ) -> None:
        self._concepts = concepts
        self._propagator = propagator
        self._phrase = concepts.read(_VISUAL, None)
        self._examples: dict[int, list[Box]] = {}
        for one in prompts:
            box = one.bounds if one.mask is None else Box.around(one.mask.decode())
            if box.area > 0:
                share = (box.x1 / clip.width, box.y1 / clip.height,
                         box.x2 / clip.width, box.y2 / clip.height)  # fmt: skip
                self._examples.setdefault(one.frame, []).append(Box(*share))

    def find(self, frame: Frame) -> Sequence[Detection]:
        """The others: the examples themselves are followed as they were shown."""
        if frame.index not in self._examples:
            return []
        shown = np.array(self._examples[frame.index], np.float64)
        lower, upper = torch.from_numpy(shown).float().split(2, dim=1)
        boxes = torch.cat([(lower + upper) / 2, upper - lower], 1)
        pixels = self._propagator.pixels(frame)
        found = self._concepts.find(pixels, [self._phrase], boxes)
        height, width = self._propagator.segmenter.grid
        on_grid = shown * [width, height, width, height]
        return [
            one
            for one in found
            if box_iou(np.array([one.box], np.float64), on_grid).max() < LEAST_MATCH
        ]
