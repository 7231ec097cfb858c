"""Train a small Segment-Anything-2-shaped model on generated scenes, on a CPU, for the tests.

It is a `Sam2VideoModel` of 2.3 million parameters at 128 x 128 pixels. Each step unrolls a batch of
short clips through the model's own memory, one object a clip, prompted on the first frame; the loss
is cross entropy and Dice on the masks and cross entropy on whether the object is in view (SAM 2,
arXiv 2408.00714, section D.2). Clips grow longer in three stages: what the memory is for is learnt
soonest from the frame after the prompt.

    python bench/train_tiny_sam.py OUTPUT [--steps 2400]
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch
from torch.nn import functional
from transformers import Sam2VideoConfig, Sam2VideoModel

from sammot.scenes import Actor, Camera, Scene, Shot, Turn, Waypoint
from sammot.tracking.sam.picture import model_input

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 128
STAGES = ((0.25, 9, 2), (0.55, 6, 4), (1.0, 3, 8))
"""Up to which share of all steps: clips in a batch, and frames in a clip. About as dear each."""
CLIP_SIZE = (256, 144)
DRAWINGS = ("ball", "disc", "crate", "pebble", "car", "vacuum", "ladybird", "duck")
GROUNDS = ("plain", "mottled", "tiles", "planks")
LEAST_AREA = 300
"""Pixels of an object that is worth following."""
KINDS = (1.0, 0.0, 0.0)
"""How often a clip begins with a mask, a box, a point."""
RATE = 1e-3
HELD_OUT = 1_000_000
"""Seeds from here on are for evaluation alone."""


def configuration(side: int = SIDE, width: int = 24, hidden: int = 128) -> Sam2VideoConfig:
    """The published model's shape, with fewer and narrower layers."""
    grid = side // 4
    backbone = {
        "model_type": "sam2_hiera_det_model",
        "hidden_size": width,
        "image_size": [side, side],
        "blocks_per_stage": [1, 1, 3, 1],
        "embed_dim_per_stage": [width, 2 * width, 4 * width, 8 * width],
        "num_attention_heads_per_stage": [1, 2, 4, 8],
        "window_size_per_stage": [8, 4, side // 16, side // 32],
        "global_attention_blocks": [4],
        "window_positional_embedding_background_size": [4, 4],
    }
    vision = {
        "model_type": "sam2_vision_model",
        "backbone_config": backbone,
        "backbone_channel_list": [8 * width, 4 * width, 2 * width, width],
        "backbone_feature_sizes": [[grid, grid], [grid // 2, grid // 2], [grid // 4, grid // 4]],
        "fpn_hidden_size": hidden,
    }
    return Sam2VideoConfig(
        image_size=side,
        vision_config=vision,
        prompt_encoder_config={
            "hidden_size": hidden, "image_size": side, "mask_input_channels": 8,
        },
        mask_decoder_config={
            "hidden_size": hidden, "mlp_dim": 2 * hidden, "num_attention_heads": 4,
            "iou_head_hidden_dim": hidden, "dynamic_multimask_via_stability": False,
        },
        memory_attention_hidden_size=hidden,
        memory_attention_num_layers=2,
        memory_attention_feed_forward_hidden_size=2 * hidden,
        memory_attention_rope_feat_sizes=[grid // 4, grid // 4],
        memory_encoder_hidden_size=hidden,
        memory_encoder_output_channels=64,  # the library's attention takes no other
        mask_downsampler_embed_dim=hidden,
        memory_fuser_embed_dim=hidden,
        memory_fuser_intermediate_dim=2 * hidden,
        multimask_output_in_sam=False,
        multimask_output_for_tracking=False,
    )  # fmt: skip


# ------------------------------------------------------------------ clips


def random_scene(seed: int) -> Scene:
    """Two to four objects that go to and fro over a random ground, some behind a post."""
    rng = np.random.default_rng(seed)
    actors = [_random_actor(rng) for _ in range(rng.integers(2, 5))]
    if rng.random() < 0.2:
        place = Waypoint(0, float(rng.uniform(0.2, 0.8)), 0.5)
        actors.insert(0, Actor("post", (0.12, 1.2), _colour(rng), (place,), scenery=True))
    shot = Shot(
        tuple(actors), seconds=3, ground=str(rng.choice(GROUNDS)),
        camera=Camera(shake=float(rng.choice([0.0, 0.01]))), shadow=float(rng.choice([0.0, 0.4])),
    )  # fmt: skip
    return Scene((shot,), *CLIP_SIZE, 10.0, 30, noise=3.0, seed=seed)


def _random_actor(rng: np.random.Generator) -> Actor:
    size = float(rng.uniform(0.35, 0.65))
    start = rng.uniform(0.1, 0.9, 2)
    end = np.clip(start + rng.uniform(-0.5, 0.5, 2), 0.05, 0.95)
    path = tuple(
        Waypoint(time, *map(float, point))
        for time, point in zip((0, 1.5, 3), (start, end, start), strict=True)
    )
    turn = (Turn.FIXED, Turn.HEADING, Turn.ROLLING)[rng.integers(3)]
    shape = (size * float(rng.uniform(1, 1.4)), size)
    return Actor(str(rng.choice(DRAWINGS)), shape, _colour(rng), path, turn)


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in rng.integers(20, 245, 3))
    return red, green, blue


@dataclass(frozen=True)
class Sample:
    """One object of a scene: pixels (T, 3, S, S), its first mask (S, S), and how much of each of
    the model's pixels it covers, (T, S/4, S/4).
    """

    pixels: torch.Tensor
    first: torch.Tensor
    coverage: torch.Tensor


def scene_samples(seed: int, length: int) -> Iterator[Sample]:
    """Up to three objects of one scene over the same frames."""
    rng = np.random.default_rng(seed)
    scene = random_scene(seed)
    step = int(rng.integers(1, 4))
    start = int(rng.integers(0, scene.frame_count - step * length))
    taken = [scene.render(start + step * number) for number in range(length)]
    large = [id_ for id_, mask in taken[0][1].items() if np.count_nonzero(mask) > LEAST_AREA]
    pixels = torch.stack([model_input(frame.image, SIDE) for frame, _ in taken])
    empty = np.zeros(CLIP_SIZE[::-1], np.bool_)
    for wanted in rng.permutation(large)[:3]:
        masks = [truth.get(int(wanted), empty) for _, truth in taken]
        first = torch.from_numpy(_squeezed(masks[0], SIDE) >= 0.5).float()
        coverage = torch.stack([torch.from_numpy(_squeezed(mask, SIDE // 4)) for mask in masks])
        yield Sample(pixels, first, coverage)


def _squeezed(mask: NDArray[np.bool_], side: int) -> NDArray[np.float32]:
    resized = cv2.resize(mask.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(resized, np.float32)


def batches(steps: int) -> Iterator[list[Sample]]:
    """So many batches, of scenes that never come again."""
    seeds = count()
    for step in range(steps):
        _, size, length = next(stage for stage in STAGES if step < stage[0] * steps)
        every = (sample for seed in seeds for sample in scene_samples(seed, length))
        yield list(islice(every, size))


# ------------------------------------------------------------------ one unrolled clip


class Unrolled:
    """A batch of clips, frame after frame through the model and its memory, with gradients."""

    def __init__(self, model: Sam2VideoModel) -> None:
        self.model = model
        self.memories: list[dict[str, Any]] = []

    def step(
        self, pixels: torch.Tensor, which: list[int], prompt: dict[str, Any] | None
    ) -> tuple[Any, Any]:
        """Mask logits (B, S/4, S/4) and the object's logit (B) of the next frame; `which` of the
        pictures is each object's.
        """
        model, count = self.model, len(which)
        features = model.get_image_features(pixels, return_dict=True)
        maps = [one[:, which] for one in features.fpn_hidden_states]
        places = [one[:, which] for one in features.fpn_position_encoding]
        sizes = model.backbone_feature_sizes
        fine = [
            one.permute(1, 2, 0).reshape(count, -1, *size)
            for one, size in zip(maps[:-1], sizes[:-1], strict=True)
        ]
        top = maps[-1] + model.no_memory_embedding if prompt else self._recall(maps, places, count)
        coarse = top.permute(1, 2, 0).reshape(count, -1, *sizes[-1])
        if prompt and "mask" in prompt:
            plain = maps[-1].permute(1, 2, 0).reshape(count, -1, *sizes[-1])
            out = self._given(plain, fine, prompt["mask"])
        else:
            out = model._single_frame_forward(  # noqa: SLF001 - trains the library's own parts
                input_points=prompt["points"] if prompt else None,
                input_labels=prompt["labels"] if prompt else None,
                image_embeddings=[*fine, coarse], multimask_output=False,
            )  # fmt: skip
        self._remember(maps[-1], out, is_given=prompt is not None)
        return out.pred_masks[:, 0], out.object_score_logits.reshape(count)

    def _given(self, coarse: torch.Tensor, fine: list[Any], masks: torch.Tensor) -> Any:  # noqa: ANN401
        out = self.model._use_mask_as_output(coarse, fine, masks)  # noqa: SLF001
        every = torch.arange(len(masks))
        # The library expects one object; its pointers come as every mask with every other.
        out.object_pointer = out.object_pointer[every, every][:, None]
        return out

    def _recall(self, maps: Any, places: Any, count: int) -> torch.Tensor:  # noqa: ANN401
        model, now = self.model, len(self.memories)
        recent = [(now - t, one) for t, one in enumerate(self.memories) if t]
        tokens, positions = model._build_memory_attention_inputs(  # noqa: SLF001
            [(0, self.memories[0]), *recent], maps[-1].device
        )
        offsets = list(range(now, 0, -1))
        pointers, pointer_places = model._process_object_pointers(  # noqa: SLF001
            offsets, [one["object_pointer"] for one in self.memories], 16, count,
            model.hidden_dim, maps[-1].device,
        )  # fmt: skip
        answer = model.memory_attention(
            current_vision_features=maps[-1],
            current_vision_position_embeddings=places[-1],
            memory=torch.cat([*tokens, pointers]).float(),
            memory_posision_embeddings=torch.cat([*positions, pointer_places]),
            num_object_pointer_tokens=len(pointers),
        )
        return answer[0].transpose(0, 1)

    def _remember(self, top: torch.Tensor, out: Any, *, is_given: bool) -> None:  # noqa: ANN401
        features, places = self.model._encode_new_memory(  # noqa: SLF001
            top, out.high_res_masks, out.object_score_logits.reshape(-1, 1, 1), is_given
        )
        self.memories.append(
            {
                "maskmem_features": features,
                "maskmem_pos_enc": places,
                "object_pointer": out.object_pointer,
            }
        )


def random_prompt(first: torch.Tensor, rng: np.random.Generator) -> dict[str, Any]:
    """A mask, a box or one point for each object; `first` is (B, S, S)."""
    kind = rng.choice(["mask", "box", "point"], p=KINDS)
    if kind == "mask":
        return {"mask": first[:, None]}
    points, labels = [], []
    for mask in first:
        rows, columns = torch.nonzero(mask, as_tuple=True)
        if kind == "box":
            ends = [[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]]
            points.append(ends)
            labels.append([2, 3])
        else:
            place = int(rng.integers(len(rows)))
            points.append([[columns[place] + 0.5, rows[place] + 0.5]])
            labels.append([1])
    return {
        "points": torch.tensor(points, dtype=torch.float32)[:, None],
        "labels": torch.tensor(labels)[:, None],
    }


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


# ------------------------------------------------------------------ training


def begin() -> Sam2VideoModel:
    """A model with weights that pass signals on, and that believes its objects to be in view:
    masks of objects that it believes hidden learn nothing.
    """
    model = Sam2VideoModel(configuration()).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1 and not re.search("embed|token|pos", name):
                parameter.normal_(0, parameter[0].numel() ** -0.5)
        score = model.mask_decoder.pred_obj_score_head.proj_out
        score.weight.zero_()
        score.bias.fill_(4.0)
        _compare_appearance(model)
    return model


def _compare_appearance(model: Sam2VideoModel) -> None:
    """Let memories hold features as they are, and attention begin by looking for alike ones."""
    encoder, width = model.memory_encoder, model.hidden_dim
    kept = torch.linalg.qr(torch.randn(width, width))[0][: encoder.projection.out_channels]
    encoder.feature_projection.weight.copy_(torch.eye(width)[:, :, None, None])
    encoder.projection.weight.copy_(kept[:, :, None, None])
    for layer in model.memory_attention.layers:
        layer.cross_attn_image.q_proj.weight.copy_(kept.T @ kept)
        layer.cross_attn_image.k_proj.weight.copy_(kept.T)


def train(output: Path, steps: int, *, threads: int) -> None:
    """Train for so many steps; the model is saved now and then, in half precision."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    cv2.setNumThreads(1)
    rng = np.random.default_rng(0)
    model = begin()
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98), weight_decay=0.01)
    started, mean = time.monotonic(), 0.0
    for step, batch in enumerate(batches(steps)):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / 100) * (1 + np.cos(np.pi * step / steps)) / 2
        loss = unrolled_loss(model, batch, rng)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        mean += (float(loss.detach()) - mean) * (0.02 if step else 1.0)
        if step % 50 == 0:
            spent = (time.monotonic() - started) / 60
            print(f"{spent:5.1f} min  step {step}  loss {mean:.3f}", flush=True)
        if step % 400 == 399:
            save(model, output)
    save(model, output)


def unrolled_loss(
    model: Sam2VideoModel, batch: list[Sample], rng: np.random.Generator
) -> torch.Tensor:
    """The mean loss over the frames whose masks the model makes itself."""
    clip = Unrolled(model)
    prompt = random_prompt(torch.stack([one.first for one in batch]), rng)
    scenes = list({id(one.pixels): one.pixels for one in batch}.values())  # encoded once each
    which = [next(n for n, seen in enumerate(scenes) if seen is one.pixels) for one in batch]
    losses = []
    for number in range(len(scenes[0])):
        pixels = torch.stack([one[number] for one in scenes])
        truth = torch.stack([one.coverage[number] for one in batch])
        logits, score = clip.step(pixels, which, None if number else prompt)
        if number or "mask" not in prompt:
            losses.append(loss_of(logits, score, truth))
    return torch.stack(losses).mean()


def save(model: Sam2VideoModel, output: Path) -> None:
    """Write a folder that `from_pretrained` reads; weights in half precision."""
    state = {name: value.half() for name, value in model.state_dict().items()}
    model.save_pretrained(output, state_dict=state)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("output", type=Path)
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    train(options.output, options.steps, threads=options.threads)
