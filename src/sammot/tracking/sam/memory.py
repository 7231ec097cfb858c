"""What the model remembers of one object.

Each object has a session of the library of its own; all share the frame and its features. So
objects come and go singly, and the picture is encoded once a frame. The library keeps everything
for ever; here only what the model may still look at is kept (SAM 2, arXiv 2408.00714, section 4:
the memory bank holds recent frames and prompted frames, and pointers to the object).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from sammot.tracking.sam.segmenter import bounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sammot.tracking.sam.segmenter import Segmenter
    from sammot.tracking.state import State

PROMPTED_FRAMES: Final = 4
"""Prompted frames that an object keeps: the newest."""
_FEATURES, _PLACES, _POINTER = "maskmem_features", "maskmem_pos_enc", "object_pointer"
_FRESH: Final = "high_res_masks"
_KINDS: Final = ("cond_frame_outputs", "non_cond_frame_outputs")
"""The library's names: prompted frames, and the others."""


@dataclass(slots=True)
class Shared:
    """What the objects of a clip have in common: the frame, its features, and the positions that
    belong to every memory.
    """

    frames: dict[int, torch.Tensor] = field(default_factory=dict)
    cache: Any = None
    places: torch.Tensor | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """What an object is told in a frame, in pixels of the model's input.

    Either a mask (1, 1, side, side), or points (n, 2) with labels: 1 on the object, 0 beside it,
    2 and 3 the corners of a box.
    """

    mask: torch.Tensor | None = None
    points: tuple[tuple[float, float], ...] = ()
    labels: tuple[int, ...] = ()


class Memory:
    """One object."""

    def __init__(self, segmenter: Segmenter, shared: Shared) -> None:
        self._segmenter = segmenter
        self._shared = shared
        self.session = segmenter.session()
        self.session.obj_id_to_idx(1)
        self.session.processed_frames = shared.frames
        if shared.cache is None:
            shared.cache = self.session.cache
        self.session.cache = shared.cache

    @property
    def _outputs(self) -> dict[str, dict[int, dict[str, Any]]]:
        outputs: dict[str, dict[int, dict[str, Any]]] = self.session.output_dict_per_obj[0]
        return outputs

    def found(self, index: int, output: dict[str, Any]) -> None:
        """What was found of it in a frame; `remember` comes next."""
        self.session.store_output(0, index, output_value=output, is_conditioning_frame=False)

    def encode(
        self, index: int, found: Sequence[dict[str, Any]], *, is_given: bool
    ) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """See `Segmenter.encode`; the features of the frame are shared."""
        return self._segmenter.encode(self.session, index, found, is_given=is_given)

    def prompt(self, index: int, prompt: Prompt) -> tuple[torch.Tensor, float]:
        """Tell where the object is in this frame; what was found in it before is forgotten.

        Raises:
            OutOfMemory: the device has not enough; the same may be told again.

        """
        session = self.session
        self._outputs["non_cond_frame_outputs"].pop(index, None)
        # A frame that the library has not tracked counts as a prompted one.
        session.frames_tracked_per_obj[0].clear()
        with bounded(self._segmenter.device):  # the library moves what it is told to the device
            if prompt.mask is not None:
                session.add_mask_inputs(0, index, prompt.mask)
            else:
                points = torch.tensor(prompt.points)[None, None]
                labels = torch.tensor(prompt.labels, dtype=torch.int32)[None, None]
                session.add_point_inputs(0, index, {"point_coords": points, "point_labels": labels})
        session.obj_with_new_inputs = [1]
        answer = self._segmenter.run(session, index, self._shared.frames[index])
        remember([self], index, is_given=True)
        session.mask_inputs_per_obj[0].clear()
        session.point_inputs_per_obj[0].clear()
        return answer

    def offload(self) -> None:
        """Move what is remembered off the device, and keep it there from now on."""
        self.session.inference_state_device = "cpu"
        for outputs in self._outputs.values():
            for output in outputs.values():
                output |= {key: output[key].cpu() for key in (_FEATURES, _PLACES) if key in output}

    def retract(self, index: int) -> None:
        """Forget a frame, unless nothing else is known of the object."""
        prompted, found = (self._outputs[kind] for kind in _KINDS)
        found.pop(index, None)
        if len(prompted) > 1:
            prompted.pop(index, None)

    def trim(self, most_bytes: int) -> None:
        """Forget the oldest frames, until so many bytes of features are left; never the last
        prompted one.
        """
        prompted, found = (self._outputs[kind] for kind in _KINDS)
        last = max(prompted)
        left = most_bytes - _size(prompted[last])
        for outputs in (found, prompted):
            for index in sorted(outputs.keys() - {last}, reverse=True):
                left -= _size(outputs[index])
                if left < 0 and _FEATURES in outputs[index]:
                    del outputs[index]

    def prune(self, index: int) -> None:
        """Keep what the next frame may look at."""
        config = self._segmenter.network.config
        prompted, found = (self._outputs[kind] for kind in _KINDS)
        while len(prompted) > PROMPTED_FRAMES:
            del prompted[min(prompted)]
        for past in list(found):
            if past < index + 2 - config.max_object_pointers_in_encoder:
                del found[past]
            elif past < index + 2 - config.num_maskmem:
                found[past].pop(_FEATURES, None)
                found[past].pop(_PLACES, None)
        self.session.frames_tracked_per_obj[0].clear()

    def fresh(self, index: int) -> list[dict[str, Any]]:
        """What was found in a frame and is not remembered yet: at most one output."""
        outputs = (self._outputs[kind].get(index) for kind in _KINDS)
        return [one for one in outputs if one is not None and _FRESH in one]

    def keep(self, output: dict[str, Any], features: torch.Tensor, places: torch.Tensor) -> None:
        """Remember features in place of what is only for the frame itself; the positions are the
        same for all.
        """
        if self._shared.places is None:
            self._shared.places = places.to(features.device, copy=True)
        output |= {_FEATURES: features, _PLACES: self._shared.places}
        del output[_FRESH], output["pred_masks"]

    def save(self) -> State:
        """Its memories, exactly."""
        return {
            kind: [
                {"index": index, **{key: _saved(output[key]) for key in _kept(output)}}
                for index, output in self._outputs[kind].items()
            ]
            for kind in _KINDS
        }

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`.

        Raises:
            OutOfMemory: the device has not enough.

        """
        at = {_FEATURES: self._segmenter.keep_at, _POINTER: self._segmenter.device}
        for kind in _KINDS:
            self._outputs[kind].clear()
            for saved in state[kind]:
                output = {key: _loaded(saved[key], at[key]) for key in _kept(saved)}
                if _FEATURES in output:
                    output[_PLACES] = self._shared.places
                self._outputs[kind][saved["index"]] = output


def track(
    segmenter: Segmenter, memories: Sequence[Memory], index: int
) -> list[tuple[torch.Tensor, float]]:
    """Find objects in a frame together: logits (height, width) and score of each.

    Raises:
        OutOfMemory: the device has not enough; the same may be asked again.

    """
    outputs = segmenter.follow([memory.session for memory in memories], index)
    for memory, output in zip(memories, outputs, strict=True):
        memory.found(index, output)
    return [
        (one["pred_masks"][0, 0].float().cpu(), float(one["object_score_logits"].float()))
        for one in outputs
    ]


def remember(memories: Sequence[Memory], index: int, *, is_given: bool = False) -> None:
    """Encode what was found of objects in a frame together; forget what is too old.

    `is_given`: it was told, and is certain.

    Raises:
        OutOfMemory: the device has not enough; the same may be asked again.

    """
    fresh = [(memory, output) for memory in memories for output in memory.fresh(index)]
    if fresh:
        found = [output for _, output in fresh]
        encoded = memories[0].encode(index, found, is_given=is_given)
        for (memory, output), (features, places) in zip(fresh, encoded, strict=True):
            memory.keep(output, features, places)
    for memory in memories:
        memory.prune(index)


def _size(output: dict[str, Any]) -> int:
    return int(output[_FEATURES].nbytes) if _FEATURES in output else 0


def _kept(output: dict[str, Any]) -> list[str]:
    return [key for key in (_FEATURES, _POINTER) if key in output]


def _saved(tensor: torch.Tensor) -> State:
    """Bits and the name of their type: NumPy has no bfloat16."""
    plain = tensor.detach().cpu().contiguous()
    bits: NDArray[np.uint8] = plain.reshape(-1).view(torch.uint8).numpy()
    return {"bits": bits, "shape": list(plain.shape), "type": str(plain.dtype).rpartition(".")[2]}


def _loaded(state: dict[str, Any], device: str) -> torch.Tensor:
    bits = torch.from_numpy(state["bits"])
    with bounded(device):
        return bits.view(getattr(torch, state["type"])).reshape(state["shape"]).to(device)
