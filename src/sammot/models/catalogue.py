from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Published:
    """Weights that others publish; `parameters` counts millions, `engine` is who takes them."""

    repository: str
    engine: str
    parameters: float
    licence: str


_APACHE = "Apache-2.0"

CATALOGUE: Final[Mapping[str, Published]] = MappingProxyType(
    {
        "sam2.1-tiny": Published("facebook/sam2.1-hiera-tiny", "sam2", 38.9, _APACHE),
        "sam2.1-small": Published("facebook/sam2.1-hiera-small", "sam2", 46.0, _APACHE),
        "sam2.1-base-plus": Published("facebook/sam2.1-hiera-base-plus", "sam2", 80.8, _APACHE),
        "sam2.1-large": Published("facebook/sam2.1-hiera-large", "sam2", 224.4, _APACHE),
    }
)
"""By the names under which they are fetched and chosen."""
