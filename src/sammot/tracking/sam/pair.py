"""SAM 3's detector and tracker over one encoder of pictures, as its checkpoint holds them."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import torch

from sammot.tracking.sam.roi import roi_align

if TYPE_CHECKING:
    from collections.abc import Callable


def parted(network: Any) -> tuple[Any, Any]:  # noqa: ANN401 - the library's
    """The `Sam3Model` and the `Sam3TrackerVideoModel` of a `Sam3VideoModel`.

    In the checkpoint the tracker has no encoder: it takes the detector's, with a neck of its own.
    """
    detector, tracker = network.detector_model, network.tracker_model
    backbone = detector.vision_encoder.backbone
    backbone.forward = _once(backbone.forward)
    with torch.device("meta"):
        tracker.vision_encoder = type(detector.vision_encoder)(tracker.config.vision_config)
    tracker.vision_encoder.backbone = backbone
    tracker.vision_encoder.neck = network.tracker_neck
    # The library calls `torchvision.ops.roi_align` for examples; without torchvision, ours.
    ours = SimpleNamespace(ops=SimpleNamespace(roi_align=roi_align))
    vars(import_module(type(detector).__module__)).setdefault("torchvision", ours)
    return detector.eval(), tracker.eval()


def _once(forward: Callable[..., Any]) -> Callable[..., Any]:
    """The same, but of the picture that it saw last it gives the last answer: detector and tracker
    look at the same one.
    """
    picture: torch.Tensor | None = None
    answer: Any = None

    def remembering(pixel_values: torch.Tensor, **options: object) -> Any:  # noqa: ANN401
        nonlocal picture, answer
        # The picture is held, so that no other can come to lie at its place.
        if picture is None or picture.data_ptr() != pixel_values.data_ptr():
            picture, answer = pixel_values, forward(pixel_values, **options)
        return answer

    compilable: Callable[..., Any] = torch.compiler.disable(remembering, recursive=False)
    return compilable
