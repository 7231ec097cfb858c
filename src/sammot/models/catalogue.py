from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_WEIGHTS: Final = ("config.json", "model.safetensors")
_WITH_TOKENIZER: Final = (*_WEIGHTS, "tokenizer.json", "tokenizer_config.json")
_APACHE: Final = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class Published:
    """Weights that others publish; `parameters` counts millions, `engine` is who takes them."""

    repository: str
    engine: str
    parameters: float
    licence: str
    files: tuple[str, ...] = _WEIGHTS


CATALOGUE: Final[Mapping[str, Published]] = MappingProxyType(
    {
        "sam2.1-tiny": Published("facebook/sam2.1-hiera-tiny", "sam2", 38.9, _APACHE),
        "sam2.1-small": Published("facebook/sam2.1-hiera-small", "sam2", 46.0, _APACHE),
        "sam2.1-base-plus": Published("facebook/sam2.1-hiera-base-plus", "sam2", 80.8, _APACHE),
        "sam2.1-large": Published("facebook/sam2.1-hiera-large", "sam2", 224.4, _APACHE),
        "sam3": Published("facebook/sam3", "sam3", 848.0, "SAM (gated)", _WITH_TOKENIZER),
        "grounding-dino-tiny": Published(
            "IDEA-Research/grounding-dino-tiny", "sam2", 172.0, _APACHE, _WITH_TOKENIZER
        ),
    }
)
"""By the names under which they are fetched and chosen."""
