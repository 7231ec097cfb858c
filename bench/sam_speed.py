"""Time a frame of Segment Anything 2, ours beside the library's own session, with random weights.

Ours holds one session an object, all sharing the frame's features; the library's row is one session
with all objects, its frames and outputs never pruned. On the processor the time is that of the
processor, elsewhere that of the clock.

    python bench/sam_speed.py [--model small | tiny] [--device cpu] [--objects 1,5] [--frames 10]

`small` is the shape of `train_tiny_sam.py` (128 x 128), `tiny` the published SAM 2.1 tiny's
(1024 x 1024).
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import Sam2VideoConfig, Sam2VideoModel
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

from sammot.models.devices import precision
from sammot.tracking.frame import Frame
from sammot.tracking.mask import Box
from sammot.tracking.sam.picture import model_mask
from sammot.tracking.sam.propagator import SamPropagator
from sammot.tracking.sam.segmenter import Segmenter
from sammot.tracking.track import Detection, TrackId
from tiny_sam_model import configuration

if TYPE_CHECKING:
    from collections.abc import Callable

    from sammot.tracking.mask import Mask


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=("small", "tiny"), default="small")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--objects", default="1,5,20")
    parser.add_argument("--frames", type=int, default=10)
    options = parser.parse_args()
    config = configuration() if options.model == "small" else Sam2VideoConfig()
    dtype = precision(options.device)
    network = Sam2VideoModel(config).eval().to(options.device, dtype)
    with torch.no_grad():  # an object that is hidden costs less
        network.mask_decoder.pred_obj_score_head.proj_out.bias.fill_(9.0)
    at = options.device
    segmenter = Segmenter(network, Sam2VideoInferenceSession, at, dtype, at)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (options.frames + 1, 360, 640, 3), np.uint8)
    frames = [Frame(number, number / 25, image) for number, image in enumerate(images)]
    print(f"{'objects':>8}{'ours, ms':>12}{'library, ms':>14}")
    for count in map(int, options.objects.split(",")):
        masks = [_mask(segmenter.grid, number, count) for number in range(count)]
        mine = _timed(segmenter, frames, _ours(segmenter, masks))
        theirs = _timed(segmenter, frames, _librarys(segmenter, masks))
        print(f"{count:>8}{mine:>12.1f}{theirs:>14.1f}")


def _mask(grid: tuple[int, int], number: int, count: int) -> Mask:
    mask = np.zeros(grid, np.bool_)
    top = number * (grid[0] - 5) // count
    mask[top : top + 5, 3:9] = True
    return mask


def _ours(segmenter: Segmenter, masks: list[Mask]) -> Callable[[Frame], Any]:
    propagator = SamPropagator(segmenter)
    prompts = {
        TrackId(number): Detection(Box.around(mask), 1.0, mask=mask)
        for number, mask in enumerate(masks, start=1)
    }

    def step(frame: Frame) -> None:
        propagator.propagate(frame)
        propagator.prompt(frame, {} if frame.index else prompts)
        propagator.logits.clear()

    return step


def _librarys(segmenter: Segmenter, masks: list[Mask]) -> Callable[[Frame], Any]:
    session = segmenter.session()
    for number, mask in enumerate(masks, start=1):
        place = session.obj_id_to_idx(number)
        session.add_mask_inputs(place, 0, model_mask(mask, segmenter.side))
    session.obj_with_new_inputs = list(range(1, len(masks) + 1))

    def step(frame: Frame) -> None:
        pixels = segmenter.pixels(frame)
        out = segmenter.network(inference_session=session, frame_idx=frame.index, frame=pixels)
        out.pred_masks.float().cpu()

    return step


def _timed(segmenter: Segmenter, frames: list[Frame], step: Callable[[Frame], Any]) -> float:
    """Milliseconds a frame, the median over all but the prompted one."""
    is_here = segmenter.device == "cpu"
    clock = time.process_time if is_here else time.perf_counter
    spent = []
    for frame in frames:
        started = clock()
        step(frame)
        if segmenter.device.startswith("cuda"):
            torch.cuda.synchronize()
        spent.append(clock() - started)
    return 1000 * float(np.median(spent[1:]))


if __name__ == "__main__":
    main()
