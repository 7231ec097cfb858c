"""Time a frame of Segment Anything 2, ours beside the bare model, in paired runs.

Ours is the propagator, which holds each object singly and forgets what the model looks at no more,
and the finisher: from the picture to masks at its size. Bare is the library's session with all
objects, which keeps everything: from pixels to logits, that is the encoder of pictures, and for
each object memory attention, mask decoder and memory encoder. The percentage is what ours takes
above it. Weights are random, but for the trained model of the tests; so the manager, which would
take objects with like masks for one, stays out. On the processor the time is that of the
processor, elsewhere that of the clock.

    python bench/sam_speed.py [--models trained,tiny,small,base-plus,large] [--objects 1,5,20]
        [--frames 10] [--rounds 3] [--size 640x360] [--device cpu] [--dtype float32] [--compile]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch
from transformers import Sam2VideoConfig, Sam2VideoModel
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

from sammot.models.devices import precision
from sammot.tracking.frame import Frame
from sammot.tracking.mask import Box
from sammot.tracking.sam.finish import SamFinisher
from sammot.tracking.sam.picture import model_mask
from sammot.tracking.sam.propagator import SamPropagator
from sammot.tracking.sam.segmenter import Segmenter
from sammot.tracking.track import Detection, TrackId

if TYPE_CHECKING:
    from collections.abc import Callable

    from sammot.tracking.mask import Mask

TRAINED = Path(__file__).resolve().parents[1] / "tests" / "data" / "tiny-sam2"
SIZES = {
    "tiny": (96, 1, (1, 2, 7, 2), (5, 7, 9), 14, 7),
    "small": (96, 1, (1, 2, 11, 2), (7, 10, 13), 14, 7),
    "base-plus": (112, 2, (2, 3, 16, 3), (12, 16, 20), 14, 14),
    "large": (144, 2, (2, 6, 36, 4), (23, 33, 43), 16, 7),
}
"""SAM 2.1's encoders as published: the first stage's width and heads, the blocks of each stage,
those with global attention, the third stage's window, and the learnt positions' side.
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--models", default="trained")
    parser.add_argument("--objects", default="1,5,20")
    parser.add_argument("--frames", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", default="640x360", help="of the picture")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", choices=("float32", "bfloat16", "float16"))
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    frames = noise(options.frames + 1, *map(int, options.size.split("x")))
    print(f"{'model':<11}{'objects':>8}{'bare, ms':>10}{'ours, ms':>10}{'above':>8}")
    for model in options.models.split(","):
        segmenter = prepared(model, options.device, options.dtype)
        if options.compile:
            segmenter.compile()
        for count in map(int, options.objects.split(",")):
            bare, ours = compared(segmenter, frames, count, options.rounds)
            share = 100 * (ours / bare - 1)
            print(f"{model:<11}{count:>8}{bare:>10.1f}{ours:>10.1f}{share:>7.1f}%", flush=True)


def noise(count: int, width: int, height: int) -> list[Frame]:
    images = np.random.default_rng(0).integers(0, 256, (count, height, width, 3), np.uint8)
    return [Frame(number, number / 25, image) for number, image in enumerate(images)]


def prepared(model: str, device: str, dtype: str | None) -> Segmenter:
    """A model on a device, that believes all its objects in view: a hidden one costs less."""
    kind = getattr(torch, dtype) if dtype else precision(device)
    if model == "trained":
        network = Sam2VideoModel.from_pretrained(TRAINED)
    else:
        network = Sam2VideoModel(configuration(*SIZES[model]))
    with torch.no_grad():
        network.mask_decoder.pred_obj_score_head.proj_out.bias.fill_(9.0)
    network = network.eval().to(device, kind)
    return Segmenter(network, Sam2VideoInferenceSession, device, kind, device)


def configuration(
    width: int, heads: int, blocks: tuple[int, ...], global_blocks: tuple[int, ...], window: int,
    side: int,
) -> Sam2VideoConfig:  # fmt: skip
    widths = [width, 2 * width, 4 * width, 8 * width]
    backbone = {
        "model_type": "sam2_hiera_det_model",
        "hidden_size": width,
        "num_attention_heads": heads,
        "blocks_per_stage": list(blocks),
        "embed_dim_per_stage": widths,
        "num_attention_heads_per_stage": [heads, 2 * heads, 4 * heads, 8 * heads],
        "window_size_per_stage": [8, 4, window, window // 2],
        "global_attention_blocks": list(global_blocks),
        "window_positional_embedding_background_size": [side, side],
    }
    vision = {
        "model_type": "sam2_vision_model",
        "backbone_config": backbone,
        "backbone_channel_list": widths[::-1],
    }
    return Sam2VideoConfig(vision_config=vision)


def compared(
    segmenter: Segmenter, frames: list[Frame], count: int, rounds: int
) -> tuple[float, float]:
    """Milliseconds a frame behind the first, bare and ours: of the round with the median ratio."""
    masks = [one_mask(segmenter.grid, number, count) for number in range(count)]
    pixels = [segmenter.pixels(frame) for frame in frames]
    pairs = [
        (
            timed(segmenter, bare(segmenter, pixels, masks), len(frames)),
            timed(segmenter, ours(segmenter, frames, masks), len(frames)),
        )
        for _ in range(rounds)
    ]
    return sorted(pairs, key=lambda pair: pair[1] / pair[0])[rounds // 2]


def one_mask(grid: tuple[int, int], number: int, count: int) -> Mask:
    mask = np.zeros(grid, np.bool_)
    top = number * (grid[0] - 5) // count
    mask[top : top + 5, 3:9] = True
    return mask


def ours(segmenter: Segmenter, frames: list[Frame], masks: list[Mask]) -> Callable[[int], Any]:
    propagator = SamPropagator(segmenter)
    finisher = SamFinisher(propagator)
    told = {
        TrackId(number): Detection(Box.around(mask), 1.0, mask=mask)
        for number, mask in enumerate(masks, start=1)
    }

    def step(index: int) -> None:
        frame = frames[index]
        found = dict(propagator.propagate(frame))
        found |= propagator.prompt(frame, {} if index else told)
        finisher.finish(frame, {id_: one.mask for id_, one in found.items()})

    return step


def bare(
    segmenter: Segmenter, pixels: list[torch.Tensor], masks: list[Mask]
) -> Callable[[int], Any]:
    session = segmenter.session()
    for number, mask in enumerate(masks, start=1):
        place = session.obj_id_to_idx(number)
        session.add_mask_inputs(place, 0, model_mask(mask, segmenter.side))
    session.obj_with_new_inputs = list(range(1, len(masks) + 1))
    return lambda index: segmenter.network(
        inference_session=session, frame_idx=index, frame=pixels[index]
    )


def timed(segmenter: Segmenter, step: Callable[[int], Any], count: int) -> float:
    """Milliseconds a frame, the mean over all but the prompted one."""
    clock = time.process_time if segmenter.device == "cpu" else time.perf_counter
    step(0)
    synchronise(segmenter)
    started = clock()
    for index in range(1, count):
        step(index)
    synchronise(segmenter)
    return 1000 * (clock() - started) / (count - 1)


def synchronise(segmenter: Segmenter) -> None:
    if segmenter.device.startswith("cuda"):
        torch.cuda.synchronize()


if __name__ == "__main__":
    main()
