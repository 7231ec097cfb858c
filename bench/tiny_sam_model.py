"""The small model that `train_tiny_sam.py` trains: its shape, its first weights, and how a batch of
clips passes through it with gradients, for which the library has no way.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from transformers import Sam2VideoConfig, Sam2VideoModel

from tiny_sam_clips import SIDE


def configuration(side: int = SIDE, width: int = 24, hidden: int = 128) -> Sam2VideoConfig:
    """The published model's shape, with fewer and narrower layers."""
    return Sam2VideoConfig(
        image_size=side,
        vision_config=_vision(side, width, hidden),
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
        memory_attention_rope_feat_sizes=[side // 16, side // 16],
        memory_encoder_hidden_size=hidden,
        memory_encoder_output_channels=64,  # the library's attention takes no other
        mask_downsampler_embed_dim=hidden,
        memory_fuser_embed_dim=hidden,
        memory_fuser_intermediate_dim=2 * hidden,
        multimask_output_in_sam=False,
        multimask_output_for_tracking=False,
    )  # fmt: skip


def _vision(side: int, width: int, hidden: int) -> dict[str, Any]:
    """The encoder of pictures: one block a stage, three in the third."""
    widths = [width, 2 * width, 4 * width, 8 * width]
    backbone = {
        "model_type": "sam2_hiera_det_model",
        "hidden_size": width,
        "image_size": [side, side],
        "blocks_per_stage": [1, 1, 3, 1],
        "embed_dim_per_stage": widths,
        "num_attention_heads_per_stage": [1, 2, 4, 8],
        "window_size_per_stage": [8, 4, side // 16, side // 32],
        "global_attention_blocks": [4],
        "window_positional_embedding_background_size": [4, 4],
    }
    return {
        "model_type": "sam2_vision_model",
        "backbone_config": backbone,
        "backbone_channel_list": widths[::-1],
        "backbone_feature_sizes": [[side // step] * 2 for step in (4, 8, 16)],
        "fpn_hidden_size": hidden,
    }


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


class Unrolled:
    """A batch of clips, frame after frame through the model and its memory, with gradients."""

    def __init__(self, model: Sam2VideoModel) -> None:
        self.model = model
        self.memories: list[dict[str, Any]] = []

    def begin(self, pixels: torch.Tensor, scenes: list[int], masks: torch.Tensor) -> None:
        """Tell where the objects are in the first frame; `scenes`: whose picture is each one's."""
        maps, _, fine = self._features(pixels, scenes)
        out = self.model._use_mask_as_output(self._image(maps[-1]), fine, masks)  # noqa: SLF001 - trains the library's own parts
        every = torch.arange(len(masks))
        # The library expects one object; its pointers come as every mask with every other.
        out.object_pointer = out.object_pointer[every, every][:, None]
        self._remember(maps[-1], out, is_given=True)

    def step(self, pixels: torch.Tensor, scenes: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Mask logits (B, S/4, S/4) and the objects' logits (B) in the next frame."""
        maps, places, fine = self._features(pixels, scenes)
        coarse = self._image(self._recall(maps[-1], places[-1]))
        out = self.model._single_frame_forward(  # noqa: SLF001
            image_embeddings=[*fine, coarse], multimask_output=False
        )
        self._remember(maps[-1], out, is_given=False)
        return out.pred_masks[:, 0], out.object_score_logits.reshape(-1)

    def _features(self, pixels: torch.Tensor, scenes: list[int]) -> tuple[Any, Any, list[Any]]:
        """Each object's features and their places (positions, B, channels) of all levels, and the
        finer ones as images; pictures are encoded once.
        """
        features = self.model.get_image_features(pixels, return_dict=True)
        maps = [one[:, scenes] for one in features.fpn_hidden_states]
        places = [one[:, scenes] for one in features.fpn_position_encoding]
        levels = zip(maps[:-1], self.model.backbone_feature_sizes[:-1], strict=True)
        fine = [one.permute(1, 2, 0).unflatten(2, size) for one, size in levels]
        return maps, places, fine

    def _image(self, flat: torch.Tensor) -> torch.Tensor:
        return flat.permute(1, 2, 0).unflatten(2, self.model.backbone_feature_sizes[-1])

    def _recall(self, top: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        model, now = self.model, len(self.memories)
        reach = range(max(1, now - model.num_maskmem + 1), now)
        recent = [(now - past, self.memories[past]) for past in reach]
        tokens, positions = model._build_memory_attention_inputs(  # noqa: SLF001
            [(0, self.memories[0]), *recent], top.device
        )
        offsets = list(range(now, 0, -1))
        pointers, pointer_places = model._process_object_pointers(  # noqa: SLF001
            offsets, [one["object_pointer"] for one in self.memories], 16, top.shape[1],
            model.hidden_dim, top.device,
        )  # fmt: skip
        answer = model.memory_attention(
            current_vision_features=top,
            current_vision_position_embeddings=places,
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
