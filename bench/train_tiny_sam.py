"""Train a small Segment-Anything-2-shaped model on generated scenes, on a CPU, for the tests.

It is a `Sam2VideoModel` of 2.3 million parameters at 128 x 128 pixels. Each step unrolls a batch of
short clips through the model's own memory, one object a clip, prompted on the first frame; the loss
is cross entropy and Dice on the masks and cross entropy on whether the object is in view (SAM 2,
arXiv 2408.00714, section D.2). Clips grow longer in three stages: what the memory is for is learnt
soonest from the frame after the prompt. What is kept is a running mean of the weights.

    python bench/train_tiny_sam.py OUTPUT [--steps 4000]

With `--weights` it goes on from others, that were trained for `--after` steps.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import torch
from torch.nn import functional
from transformers import Sam2VideoModel

from tiny_sam_clips import next_batch
from tiny_sam_model import Unrolled, begin

if TYPE_CHECKING:
    from tiny_sam_clips import Batch


STAGES = (
    (600, ((9, 2),)),
    (1300, ((6, 4),)),
    (math.inf, ((3, 8), (2, 12), (2, 16))),
)
"""Up to which step so many clips of so many frames, one shape after the other; a step costs about
as much in all of them.
"""
WARMING = 50
"""Steps in which the learning rate grows, before it falls as a cosine, to nothing with the last."""
MEAN_OVER = 100
"""Steps of which the weights that are kept are about the mean."""


def train(output: Path, steps: int, *, rate: float, weights: Path | None, after: int) -> None:
    """Train up to so many steps on one thread; what is kept is saved now and then.

    `weights` were trained for `after` steps before.
    """
    torch.set_num_threads(1)
    torch.manual_seed(0)
    cv2.setNumThreads(1)
    seeds = count(10 * after)
    model = begin() if weights is None else Sam2VideoModel.from_pretrained(weights).float().eval()
    kept = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98), weight_decay=0.01)
    started, mean = time.monotonic(), 0.0
    for step in range(after + 1, steps + 1):
        for group in optimizer.param_groups:
            share = (step - after) / (steps - after)
            group["lr"] = rate * min((step - after) / WARMING, (1 + math.cos(math.pi * share)) / 2)
        shapes = next(shapes for until, shapes in STAGES if step <= until)
        batch = next_batch(seeds, *shapes[step % len(shapes)])
        loss = unrolled_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        _average(kept, model, 1 / min(step - after, MEAN_OVER))
        mean += (float(loss.detach()) - mean) / min(step - after, 50)
        if step % 50 == 0:
            spent = (time.monotonic() - started) / 60
            print(f"{spent:5.1f} min  step {step}  loss {mean:.3f}", flush=True)
        if step % 100 == 0 or step == steps:
            save(kept, output)


def unrolled_loss(model: Sam2VideoModel, batch: Batch) -> torch.Tensor:
    """The mean loss over the frames behind the first, whose masks are given."""
    clip = Unrolled(model)
    clip.begin(batch.pixels[0], batch.scenes, batch.first)
    losses = []
    for pixels, truth in zip(batch.pixels[1:], batch.coverage[1:], strict=True):
        logits, score = clip.step(pixels, batch.scenes)
        losses.append(loss_of(logits, score, truth))
    return torch.stack(losses).mean()


def loss_of(logits: torch.Tensor, score: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Cross entropy and Dice where the object is in view; cross entropy of being in view.

    Pixels of the object weigh more: they are few, and "nothing anywhere" is soon learnt.
    """
    seen = (truth.flatten(1).max(1).values > 0.5).float()
    cross = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    weighted = (cross * (1 + 2 * truth)).mean((1, 2))
    chance = torch.sigmoid(logits)
    common = 2 * (chance * truth).sum((1, 2)) + 1
    dice = 1 - common / (chance.sum((1, 2)) + truth.sum((1, 2)) + 1)
    mask_loss = ((10 * weighted + 2 * dice) * seen).mean()
    return mask_loss + 0.3 * functional.binary_cross_entropy_with_logits(score, seen)


def _average(kept: Sam2VideoModel, model: Sam2VideoModel, share: float) -> None:
    """Move the weights that are kept towards the present ones."""
    with torch.no_grad():
        for mean, present in zip(kept.parameters(), model.parameters(), strict=True):
            mean.lerp_(present, share)


def save(model: Sam2VideoModel, output: Path) -> None:
    """Write a folder that `from_pretrained` reads; weights in half precision."""
    state = {name: value.half() for name, value in model.state_dict().items()}
    model.save_pretrained(output, state_dict=state)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("output", type=Path)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--weights", type=Path, help="go on with these")
    parser.add_argument("--after", type=int, default=0, help="so many steps")
    options = parser.parse_args()
    train(
        options.output,
        options.steps,
        rate=options.rate,
        weights=options.weights,
        after=options.after,
    )
