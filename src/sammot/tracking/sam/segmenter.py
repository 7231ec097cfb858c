"""A loaded model of the Segment Anything family, and where it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from sammot.errors import OutOfMemory
from sammot.tracking.sam.picture import model_input

if TYPE_CHECKING:
    from sammot.tracking.frame import Frame

REMEDY = "Take a smaller model, fewer objects, or another device (SAMMOT_DEVICE)."


@dataclass(frozen=True, slots=True)
class Segmenter:
    """A `Sam2VideoModel` or one that is called like it.

    `new_session` makes an empty session of the library. Sessions keep what they remember at
    `keep_at`: the device, or "cpu" where the device's memory is short.
    """

    network: Any
    new_session: Callable[..., Any]
    device: str = "cpu"
    dtype: torch.dtype = torch.float32
    keep_at: str = "cpu"

    @property
    def side(self) -> int:
        """Of the square picture that the model takes, in pixels."""
        return int(self.network.config.image_size)

    @property
    def grid(self) -> tuple[int, int]:
        """(height, width) of the masks that it makes."""
        height, width = self.network.prompt_encoder.mask_input_size
        return int(height), int(width)

    def pixels(self, frame: Frame) -> torch.Tensor:
        """The frame as the model takes it: (3, side, side), on its device."""
        return model_input(frame.image, self.side).to(self.device, self.dtype)

    def session(self) -> Any:  # noqa: ANN401 - the library's
        """An empty session."""
        return self.new_session(
            inference_device=self.device,
            inference_state_device=self.keep_at,
            video_storage_device=self.device,
            dtype=self.dtype,
        )

    def compile(self) -> None:
        """Let torch compile the parts that take the time; once for each model."""
        if not getattr(self.network, "is_compiled", False):
            self.network.vision_encoder.compile()
            self.network.memory_attention.compile(dynamic=True)
            self.network.is_compiled = True

    def at_points(
        self, pixels: torch.Tensor, points: torch.Tensor, batch: int
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Logits (n, height, width) and qualities (n) of what lies at `points` (n, 2), in batches.

        Raises:
            OutOfMemory: the device has not enough.

        """
        with torch.inference_mode():
            yield from self._at_points(pixels, points.split(batch))

    def _at_points(
        self, pixels: torch.Tensor, batches: Sequence[torch.Tensor]
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        network, several = self.network, bool(self.network.config.multimask_output_in_sam)
        features = network.get_image_embeddings(pixels[None])
        places = network.get_image_wide_positional_embeddings()
        for some in batches:
            sparse, dense = network.get_prompt_embeddings(
                input_points=some[None, :, None].to(self.device, self.dtype),
                input_labels=torch.ones(1, len(some), 1, dtype=torch.int32, device=self.device),
            )
            masks, qualities, *_ = network.mask_decoder(
                image_embeddings=features[-1], image_positional_embeddings=places,
                sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense,
                multimask_output=several, high_resolution_features=features[:-1],
            )  # fmt: skip
            best = qualities[0].argmax(1)
            every = torch.arange(len(some), device=self.device)
            yield masks[0, every, best].float().cpu(), qualities[0, every, best].float().cpu()

    def run(self, session: Any, index: int, pixels: torch.Tensor) -> tuple[torch.Tensor, float]:  # noqa: ANN401
        """Logits (height, width) of the session's object in a frame, and its score.

        Raises:
            OutOfMemory: the device has not enough.

        """
        try:
            out = self.network(inference_session=session, frame_idx=index, frame=pixels)
        except torch.OutOfMemoryError as error:
            raise OutOfMemory(f"The model ran out of memory on {self.device}. {REMEDY}") from error
        return out.pred_masks[0, 0].float().cpu(), float(out.object_score_logits.float())
