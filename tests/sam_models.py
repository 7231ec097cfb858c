"""Tiny models with random weights, of the same shape as published ones."""

from __future__ import annotations

import resource
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sammot.models.kinds import DETECTORS
from sammot.scenes import Actor, Scene, Shot, Waypoint
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.mask import RLE, Box, Mask, mask_iou

_MISSING = "Segment Anything is not installed: ./dev test --sam installs it"
torch = pytest.importorskip("torch", reason=_MISSING)
transformers = pytest.importorskip("transformers", reason=_MISSING)
import tiny_sam_clips  # noqa: E402 - needs torch
import tiny_sam_model  # noqa: E402

torch.set_num_threads(1)

Session = transformers.models.sam2_video.modeling_sam2_video.Sam2VideoInferenceSession
ROOT = Path(__file__).resolve().parents[1]
TRAINED = ROOT / "tests" / "data" / "tiny-sam2"
"""Weights of `bench/train_tiny_sam.py`; their README says how they came about."""
SCENES, FEW_SCENES = 8, 2
"""How many scenes the trained model is tested on; and through a whole path, which does not change
how good it is.
"""
SIDE, GRID = 64, 16


def randomise(model: Any, *, seed: int, score: float) -> Any:
    """Weights large enough that masks depend on picture and memory; objects score about `score`."""
    enlarge(model, seed=seed)
    with torch.no_grad():
        model.mask_decoder.pred_obj_score_head.proj_out.bias.fill_(score)
    return model.eval()


def enlarge(model: Any, *, seed: int) -> None:
    """Weights large enough that the answer depends on everything that goes in."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                deviation = 1.5 / parameter[0].numel() ** 0.5
                parameter.normal_(0, deviation, generator=generator)


def random_model(seed: int = 0, *, score: float = 9.0) -> Any:
    """A `Sam2VideoModel` for pictures of 64 x 64, with hardly a layer too many."""
    torch.manual_seed(seed)  # the positions of prompts are random as well
    configuration = tiny_sam_model.configuration(side=SIDE, width=8)
    configuration.memory_attention_num_layers = 1
    configuration.mask_decoder_config.num_hidden_layers = 1
    backbone = configuration.vision_config.backbone_config
    backbone.blocks_per_stage, backbone.global_attention_blocks = [1, 1, 2, 1], [3]
    return randomise(transformers.Sam2VideoModel(configuration), seed=seed, score=score)


def random_tracker_of_sam3() -> Any:
    """A `Sam3TrackerVideoModel` for pictures of 112 x 112."""
    torch.manual_seed(0)
    backbone = {
        "model_type": "sam3_vit_model", "hidden_size": 32, "intermediate_size": 64,
        "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 112,
        "pretrain_image_size": 56, "window_size": 4, "global_attn_indexes": [1],
    }  # fmt: skip
    configuration = transformers.Sam3TrackerVideoConfig(
        vision_config={
            "model_type": "sam3_vision_model", "backbone_config": backbone, "fpn_hidden_size": 128,
            "backbone_feature_sizes": [[32, 32], [16, 16], [8, 8]],
        },
        prompt_encoder_config={"hidden_size": 128, "image_size": 112},
        mask_decoder_config={
            "hidden_size": 128, "mlp_dim": 64, "num_attention_heads": 4, "iou_head_hidden_dim": 64,
        },
        image_size=112,
        memory_attention_hidden_size=128,
        memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=64,
        memory_attention_rope_feat_sizes=[8, 8],
        memory_encoder_hidden_size=128,
        mask_downsampler_embed_dim=128,
        memory_fuser_embed_dim=128,
        memory_fuser_intermediate_dim=64,
    )  # fmt: skip
    return randomise(transformers.Sam3TrackerVideoModel(configuration), seed=0, score=9.0)


def random_detector(kind: str) -> Any:
    """A detector of one of the library's kinds, sure of some of what it sees, of dogs above all."""
    torch.manual_seed(0)
    stages = {"out_features": ["stage2", "stage3", "stage4"], "embedding_size": 8}
    backbone = (
        transformers.HGNetV2Config(
            **stages, hidden_sizes=[8, 16, 16, 16], stem_channels=[3, 8, 8],
            stage_in_channels=[8, 16, 16, 16], stage_mid_channels=[8] * 4,
            stage_out_channels=[16] * 4, stage_num_blocks=[1] * 4, stage_numb_of_layers=[1] * 4,
        )
        if kind == "d_fine"
        else transformers.RTDetrResNetConfig(
            **stages, hidden_sizes=[8, 16, 16, 16], depths=[1] * 4, layer_type="basic"
        )
    )  # fmt: skip
    name = DETECTORS[kind].removesuffix("ForObjectDetection")
    configuration = getattr(transformers, f"{name}Config")(
        backbone_config=backbone, encoder_hidden_dim=32, encoder_in_channels=[16] * 3,
        encoder_ffn_dim=32, encoder_attention_heads=2, d_model=32, num_queries=12,
        decoder_in_channels=[32] * 3, decoder_ffn_dim=32, decoder_layers=2,
        decoder_attention_heads=2, id2label={0: "person", 1: "car", 2: "dog"},
    )  # fmt: skip
    model = getattr(transformers, DETECTORS[kind])(configuration).eval()
    with torch.no_grad():
        for head in model.model.decoder.class_embed:
            head.weight.normal_(0, 0.5)
            head.bias.copy_(torch.tensor([0.0, 0.0, 2.0]))
    return model


def word_tokenizer(*words: str) -> Any:
    """Cuts texts into these words and full stops, with the numbers that BERT gives its marks."""
    vocabulary = {f"[unused{number}]": number for number in range(1040)}
    marks = {"[PAD]": 0, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, "[MASK]": 103, ".": 1012}
    for word, number in marks.items():
        del vocabulary[f"[unused{number}]"]
        vocabulary[word] = number
    vocabulary |= {word: 1040 + number for number, word in enumerate(words)}
    return transformers.BertTokenizer(vocab=vocabulary)


def random_grounder() -> tuple[Any, Any]:
    """A Grounding DINO that goes by words, and its tokenizer."""
    torch.manual_seed(0)
    words = ("a", "red", "car", "dog")
    configuration = transformers.GroundingDinoConfig(
        backbone_config=transformers.SwinConfig(
            embed_dim=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2], window_size=4,
            out_indices=[2, 3, 4],
        ),
        text_config=transformers.BertConfig(
            vocab_size=1040 + len(words), hidden_size=32, num_hidden_layers=1,
            num_attention_heads=2, intermediate_size=32,
        ),
        num_queries=20, encoder_layers=1, decoder_layers=2, d_model=32, encoder_ffn_dim=32,
        decoder_ffn_dim=32, encoder_attention_heads=2, decoder_attention_heads=2, max_text_len=24,
    )  # fmt: skip
    model = transformers.GroundingDinoForObjectDetection(configuration).eval()
    return model, word_tokenizer(*words)


def letter_tokenizer() -> Any:
    """Cuts texts into letters, as a CLIP's tokenizer that has learnt no longer parts."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    parts = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{one}</w>" for one in letters)]
    vocabulary = {part: number for number, part in enumerate(parts)}
    return transformers.CLIPTokenizer(vocab=vocabulary, merges=[])


def random_sam3() -> tuple[Any, Any]:
    """A `Sam3VideoModel` for pictures of 56 x 56 that finds some of what it is asked for, and its
    tokenizer.
    """
    torch.manual_seed(0)
    tokenizer = letter_tokenizer()
    configuration = transformers.Sam3VideoConfig(
        detector_config=_sam3_detector(len(tokenizer)),
        tracker_config=_SAM3_TRACKER,
        score_threshold_detection=0.25,
    )
    model = transformers.Sam3VideoModel(configuration).eval()
    randomise(model.tracker_model, seed=0, score=9.0)
    enlarge(model.detector_model, seed=1)
    with torch.no_grad():
        model.detector_model.detr_decoder.presence_head.layer3.bias.fill_(9)
    return model, tokenizer


_SAM3_SIDE, _SAM3_CELLS = 56, 4
_SAM3_SMALL = {"hidden_size": 128, "num_attention_heads": 4, "intermediate_size": 128}
_SAM3_VISION = {
    "model_type": "sam3_vision_model", "fpn_hidden_size": 128,
    "backbone_feature_sizes": [[times * _SAM3_CELLS] * 2 for times in (4, 2, 1)],
    "backbone_config": {
        "model_type": "sam3_vit_model", **_SAM3_SMALL, "hidden_size": 32, "num_hidden_layers": 1,
        "image_size": _SAM3_SIDE, "pretrain_image_size": _SAM3_SIDE, "global_attn_indexes": [0],
    },
}  # fmt: skip
_SAM3_TRACKER = {
    "model_type": "sam3_tracker_video", "vision_config": _SAM3_VISION, "image_size": _SAM3_SIDE,
    "prompt_encoder_config": {"hidden_size": 128, "image_size": _SAM3_SIDE},
    "mask_decoder_config": {
        "hidden_size": 128, "mlp_dim": 32, "num_attention_heads": 2, "iou_head_hidden_dim": 32,
        "num_hidden_layers": 1,
    },
    "memory_attention_hidden_size": 128, "memory_attention_num_layers": 1,
    "memory_attention_num_attention_heads": 1, "memory_attention_feed_forward_hidden_size": 32,
    "memory_attention_rope_feat_sizes": [_SAM3_CELLS] * 2, "memory_encoder_hidden_size": 128,
    "mask_downsampler_embed_dim": 128, "memory_fuser_embed_dim": 128,
    "memory_fuser_intermediate_dim": 32,
}  # fmt: skip


def _sam3_detector(vocabulary: int) -> dict[str, Any]:
    return {
        "model_type": "sam3", "vision_config": _SAM3_VISION,
        "text_config": {
            "model_type": "clip_text_model", **_SAM3_SMALL, "vocab_size": vocabulary,
            "projection_dim": 16, "num_hidden_layers": 1, "max_position_embeddings": 32,
            "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1,
        },
        "geometry_encoder_config": {**_SAM3_SMALL, "num_layers": 1},
        "detr_encoder_config": {**_SAM3_SMALL, "num_layers": 1},
        "detr_decoder_config": {**_SAM3_SMALL, "num_layers": 1, "num_queries": 12},
        "mask_decoder_config": {"hidden_size": 128, "num_attention_heads": 2},
    }  # fmt: skip


SHORT = [
    pytest.param(torch.OutOfMemoryError("CUDA out of memory."), id="device"),
    pytest.param(
        RuntimeError("[enforce fail] . DefaultCPUAllocator: can't allocate memory"), id="allocator"
    ),
    pytest.param(MemoryError(), id="python"),
]
"""How torch and Python say that memory is short."""


def truncate(folder: Path) -> None:
    """Lose the second half of a checkpoint, as a copy that broke off does."""
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])


def exchange(folder: Path) -> None:
    """Put another model's weights beside a `config.json`."""
    random_detector("d_fine").save_pretrained(folder / "other")
    (folder / "other" / "model.safetensors").replace(folder / "model.safetensors")


def raiser(error: Exception) -> Callable[..., Any]:
    """What fails however it is called."""

    def fail(*_given: object, **_named: object) -> Any:
        raise error

    return fail


def resident_bytes() -> int:
    """Of this process's memory."""
    with open("/proc/self/statm") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * resource.getpagesize()


def fill_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on no tensor can be moved to a device, as where CUDA's memory is full."""
    error = torch.OutOfMemoryError("CUDA out of memory.")
    monkeypatch.setattr(torch.Tensor, "to", raiser(error))


def answer_from_memory(encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an encoder of pictures answer at once for one that it has seen before."""
    forward, answers = encoder.forward, dict[float, Any]()

    def answer(pixel_values: Any, **options: Any) -> Any:
        key = float(pixel_values.sum())
        if key not in answers:
            answers[key] = forward(pixel_values, **options)
        return copy(answers[key])  # the library changes what it is given

    monkeypatch.setattr(encoder, "forward", answer)


def noise(count: int, *, seed: int = 0, size: tuple[int, int] = (48, 80)) -> list[Frame]:
    """Frames of coloured noise."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, *size, 3), np.uint8)
    return [Frame(index, index / 25, image) for index, image in enumerate(images)]


def clip_of(frames: list[Frame]) -> ClipInfo:
    height, width = frames[0].image.shape[:2]
    return ClipInfo(width, height, 25.0, len(frames))


def square(x: int, y: int, side: int = 4) -> Mask:
    """A mask of the size that the model makes."""
    mask = np.zeros((GRID, GRID), np.bool_)
    mask[y : y + side, x : x + side] = True
    return mask


Truth = list[dict[int, Mask]]
"""Where each object is to be seen, frame by frame."""
LEAST_AREA = 400
"""Pixels, of 256 x 144, of an object that is in view."""


@cache
def scene(number: int, length: int = 16) -> tuple[list[Frame], Truth]:
    """The first frames of a scene that the trained model has never seen."""
    return rendered(tiny_sam_clips.random_scene(tiny_sam_clips.HELD_OUT + number), length)


def rendered(made: Scene, length: int) -> tuple[list[Frame], Truth]:
    """The first frames; objects that are hardly to be seen are left out."""
    shown = [made.render(index) for index in range(length)]
    truth = [
        {id_: mask for id_, mask in one.items() if np.count_nonzero(mask) >= LEAST_AREA}
        for _, one in shown
    ]
    return [frame for frame, _ in shown], truth


def passage(length: int = 40) -> tuple[list[Frame], Truth]:
    """A red ball that stays; a blue crate that comes in after a second and leaves again."""
    here, ball = Waypoint(0, 0.25, 0.5), (0.5, 0.5)
    through = (Waypoint(0, 0.75, -0.5), Waypoint(1, 0.75, -0.3), Waypoint(2, 0.75, 0.5),
               Waypoint(3, 0.75, 1.4), Waypoint(4, 0.75, 1.5))  # fmt: skip
    actors = (
        Actor("ball", ball, (220, 40, 40), (here,)), Actor("crate", ball, (40, 70, 220), through),
    )  # fmt: skip
    return rendered(Scene((Shot(actors, 4.0, "plain"),), 256, 144, 10.0, length, seed=1), length)


def prompt(subject: int, mask: Mask, kind: str, frame: int = 0) -> dict[str, Any]:
    """An object shown by its mask, its box, or a point in its midst."""
    shown: dict[str, Any] = {"object": subject, "frame": frame}
    if kind == "mask":
        rle = RLE.encode(mask)
        return {**shown, "mask": {"size": [rle.height, rle.width], "counts": rle.counts}}
    box = Box.around(mask)
    if kind == "box":
        return {**shown, "box": [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1]}
    rows, columns = np.nonzero(mask)
    middle = np.argmin(np.hypot(rows - rows.mean(), columns - columns.mean()))
    return {**shown, "points": [{"x": columns[middle] + 0.5, "y": rows[middle] + 0.5}]}


def agreement(truth: Truth, masks: Sequence[Mapping[int, Mask]]) -> list[float]:
    """The intersection over union of each object of the first frame in each later one, where the
    objects, in their order, are the tracks 1, 2, ...
    """
    return [
        mask_iou(found[track], real[id_]) if track in found else 0.0
        for real, found in zip(truth[1:], masks[1:], strict=True)
        for track, id_ in enumerate(truth[0], start=1)
        if id_ in real
    ]


def masks_of(document: dict[str, Any]) -> list[dict[int, Mask]]:
    """The masks of a result, frame by frame, by track."""
    masks: list[dict[int, Mask]] = [{} for _ in range(document["frame_count"])]
    for one in document["objects"]:
        for seen in one["frames"]:
            height, width = seen["mask"]["size"]
            rle = RLE(height, width, seen["mask"]["counts"])
            masks[seen["frame_id"]][one["track_id"]] = rle.decode()
    return masks
