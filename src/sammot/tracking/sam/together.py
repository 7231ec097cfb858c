"""Objects followed through a frame together.

The library's session asks memory attention and mask decoder once for each object. Here all those
that remember equally much are asked at once, by the same arithmetic.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

_ABSENT: Final = -1024.0
"""The library's logit for every pixel of an object that is not in view."""

Output = dict[str, torch.Tensor]
"""What the library keeps of an object in a frame, by its names."""


def follow(network: Any, sessions: Sequence[Any], index: int) -> list[Output]:  # noqa: ANN401
    """The output of each session's object in a frame, as the library would make it singly.

    `network` is a `Sam2VideoModel` or one like it; the sessions share the frame and its features.
    """
    maps, places = network._prepare_vision_features(sessions[0], index, batch_size=1)  # noqa: SLF001 - the library's forward has no batch
    alike = defaultdict(list)
    for number, session in enumerate(sessions):
        tokens, positions, pointer_count = _remembered(network, session, index, maps[-1].device)
        alike[len(tokens), pointer_count].append((number, tokens, positions))
    outputs: dict[int, Output] = {}
    for (_, pointer_count), members in alike.items():
        numbers, tokens, positions = zip(*members, strict=True)
        flat = network.memory_attention(
            current_vision_features=maps[-1].expand(-1, len(members), -1),
            current_vision_position_embeddings=places[-1],
            memory=torch.cat(tokens, 1),
            memory_posision_embeddings=torch.cat(positions, 1),
            num_object_pointer_tokens=pointer_count,
        )
        features = flat[0].transpose(1, 2).unflatten(2, network.backbone_feature_sizes[-1])
        outputs |= zip(numbers, _decoded(network, maps[:-1], features), strict=True)
    return [outputs[number] for number in range(len(sessions))]


def _remembered(
    network: Any,  # noqa: ANN401
    session: Any,  # noqa: ANN401
    index: int,
    device: torch.device,
) -> tuple[torch.Tensor, torch.Tensor, int]:
    """What a session's object looks back at: tokens (n, 1, channels), their positions, and how
    many of them, the last ones, are pointers.
    """
    past = network._gather_memory_frame_outputs(session, 0, index)  # noqa: SLF001
    tokens, positions = network._build_memory_attention_inputs(past, device)  # noqa: SLF001
    found = network._get_object_pointers(session, 0, index, None, device, streaming=True)  # noqa: SLF001
    pointers, at = network._process_object_pointers(*found, 1, network.hidden_dim, device)  # noqa: SLF001
    whole = torch.cat([*tokens, pointers]).to(session.dtype)
    return whole, torch.cat([*positions, at]), len(pointers)


def _decoded(network: Any, maps: Sequence[torch.Tensor], features: torch.Tensor) -> list[Output]:  # noqa: ANN401
    """The outputs of objects that nothing is told of in this frame; `features` (objects, channels,
    height, width) are the frame's as each object's memory lets them be seen.
    """
    count, device = len(features), features.device
    finer = [
        one.permute(1, 2, 0).unflatten(2, size).expand(count, -1, -1, -1)
        for one, size in zip(maps, network.backbone_feature_sizes, strict=False)
    ]
    sparse, dense = network.prompt_encoder(
        input_points=torch.zeros(count, 1, 1, 2, dtype=features.dtype, device=device),
        input_labels=-torch.ones(count, 1, 1, dtype=torch.int32, device=device),
        input_boxes=None,
        input_masks=None,
    )
    masks, qualities, tokens, scores = network.mask_decoder(
        image_embeddings=features,
        image_positional_embeddings=network.get_image_wide_positional_embeddings().repeat(
            count, 1, 1, 1
        ),
        sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense,
        multimask_output=network._use_multimask(is_init_cond_frame=False, point_inputs=None),  # noqa: SLF001
        high_resolution_features=finer,
    )  # fmt: skip
    every, best = torch.arange(count, device=device), qualities[:, 0].argmax(1)
    is_seen = scores > 0
    small = torch.where(is_seen[..., None], masks[every, 0, best][:, None], _ABSENT)
    side = (network.image_size, network.image_size)
    large = functional.interpolate(small.float(), side, mode="bilinear", align_corners=False)
    pointers = network.object_pointer_proj(tokens[every, :, best.clamp(max=tokens.shape[2] - 1)])
    pointers = torch.where(is_seen[..., 0, None], pointers, network.no_object_pointer)
    parts = {
        "pred_masks": small, "high_res_masks": large.to(small.dtype),
        "object_pointer": pointers, "object_score_logits": scores,
    }  # fmt: skip
    return [{key: part[n : n + 1] for key, part in parts.items()} for n in range(count)]
