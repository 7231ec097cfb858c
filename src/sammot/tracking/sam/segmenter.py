"""A loaded model of the Segment Anything family, and where it runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from sammot.errors import InvalidInput, OutOfMemory
from sammot.tracking.sam.picture import IMAGENET, Colours, model_input
from sammot.tracking.sam.together import Output, follow

if TYPE_CHECKING:
    from sammot.tracking.frame import Frame

REMEDY = "Take a smaller model, fewer objects, or another device (SAMMOT_DEVICE)."

_ALLOCATOR = "DefaultCPUAllocator"

log = logging.getLogger(__name__)


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
    colours: Colours = IMAGENET

    @property
    def side(self) -> int:
        """Of the square picture that the model takes, in pixels."""
        return int(self.network.config.image_size)

    @property
    def grid(self) -> tuple[int, int]:
        """(height, width) of the masks that it makes."""
        height, width = self.network.prompt_encoder.mask_input_size
        return int(height), int(width)

    @property
    def reach(self) -> int:
        """How many tokens an object looks back at, but for its pointers."""
        height, width = self.network.backbone_feature_sizes[-1]
        return int(self.network.num_maskmem * height * width)

    def pixels(self, frame: Frame) -> torch.Tensor:
        """The frame as the model takes it: (3, side, side), on its device.

        Raises:
            OutOfMemory: the device has not enough.

        """
        with bounded(self.device):
            pixels = model_input(frame.image, (self.side, self.side), self.colours)
            return pixels.to(self.device, self.dtype)

    def session(self) -> Any:  # noqa: ANN401 - the library's
        """An empty session."""
        return self.new_session(
            inference_device=self.device,
            inference_state_device=self.keep_at,
            video_storage_device=self.device,
            dtype=self.dtype,
        )

    def compile(self) -> None:
        """Let torch compile the parts that take the time; once for each model.

        Raises:
            InvalidInput: it cannot here, most likely for want of a compiler of C++.

        """
        if not getattr(self.network, "is_compiled", False):
            _try_compiler(self.device)
            self.network.vision_encoder.compile()
            self.network.memory_attention.compile(dynamic=True)
            self.network.is_compiled = True

    def release(self) -> None:
        """Give the device back what is not in use."""
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()

    def at_points(
        self, pixels: torch.Tensor, points: torch.Tensor, batch: int
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Logits (n, height, width) and qualities (n) of what lies at `points` (n, 2), in batches;
        in smaller ones where the memory does not suffice.

        Raises:
            OutOfMemory: the device has not enough for a single point.

        """
        with torch.inference_mode():
            with bounded(self.device):
                features = self.network.get_image_embeddings(pixels[None])
            while len(points):
                try:
                    with bounded(self.device):
                        answer = self._ask(features, points[:batch])
                except OutOfMemory:
                    if batch == 1:
                        raise
                    batch //= 2
                    log.warning("out of memory: trying again with %d points at a time", batch)
                    continue
                yield answer
                points = points[batch:]

    def _ask(
        self, features: list[torch.Tensor], points: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The best mask at each point, and its quality."""
        network = self.network
        sparse, dense = network.get_prompt_embeddings(
            input_points=points[None, :, None].to(self.device, self.dtype),
            input_labels=torch.ones(1, len(points), 1, dtype=torch.int32, device=self.device),
        )
        masks, qualities, *_ = network.mask_decoder(
            image_embeddings=features[-1],
            image_positional_embeddings=network.get_image_wide_positional_embeddings(),
            sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense,
            multimask_output=bool(network.config.multimask_output_in_sam),
            high_resolution_features=features[:-1],
        )  # fmt: skip
        best, every = qualities[0].argmax(1), torch.arange(len(points), device=self.device)
        return masks[0, every, best].float().cpu(), qualities[0, every, best].float().cpu()

    def run(self, session: Any, index: int, pixels: torch.Tensor) -> tuple[torch.Tensor, float]:  # noqa: ANN401
        """Logits (height, width) of the session's object in a frame that something is told of, and
        its score; the frame is not remembered yet (`encode`).

        Raises:
            OutOfMemory: the device has not enough.

        """
        with bounded(self.device):
            out = self.network(
                inference_session=session, frame_idx=index, frame=pixels, run_mem_encoder=False
            )
            return out.pred_masks[0, 0].float().cpu(), float(out.object_score_logits.float())

    def follow(self, sessions: Sequence[Any], index: int) -> list[Output]:
        """See `together.follow`; the frame is not remembered yet.

        Raises:
            OutOfMemory: the device has not enough.

        """
        with bounded(self.device), torch.inference_mode():
            return follow(self.network, sessions, index)

    def encode(
        self,
        session: Any,  # noqa: ANN401
        index: int,
        found: Sequence[dict[str, Any]],
        *,
        is_given: bool,
    ) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """What is remembered of each object `found` in a frame: features, and their positions.

        `found` are outputs of the library; `is_given`: their masks were told, and are certain.

        Raises:
            OutOfMemory: the device has not enough.

        """
        network = self.network
        with bounded(self.device), torch.inference_mode():
            maps, _ = network._prepare_vision_features(session, index, batch_size=1)  # noqa: SLF001 - in a session it encodes objects singly
            masks, scores = (
                torch.cat([one[key] for one in found]).to(self.device)
                for key in ("high_res_masks", "object_score_logits")
            )
            features, places = network._encode_new_memory(  # noqa: SLF001
                maps[-1].expand(-1, len(found), -1), masks, scores, is_given
            )
            kept_at = session.inference_state_device
            return [  # copies: a part would keep the whole alive
                (features[:, one : one + 1].to(kept_at, copy=True), places[:, one : one + 1])
                for one in range(len(found))
            ]


def _try_compiler(device: str) -> None:
    """Compile an addition: the model itself is compiled only when it is first used."""
    try:
        torch.compile(lambda numbers: numbers + 1)(torch.zeros(2, device=device))
    except Exception as error:  # its compilers raise all sorts
        raise InvalidInput(
            f"torch cannot compile on {device} here ({type(error).__name__}): install a compiler of"
            " C++ such as g++, or set compile to false."
        ) from error


@contextmanager
def bounded(device: str) -> Iterator[None]:
    """Say in our own words that memory is short; the processor's allocator has no error of its own.

    Raises:
        OutOfMemory: the device has not enough.

    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, torch.OutOfMemoryError | MemoryError) or _ALLOCATOR in str(error):
            raise OutOfMemory(f"The model ran out of memory on {device}. {REMEDY}") from error
        raise
