from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

WEIGHTS: Final = "model.safetensors"
_FILES: Final = ("config.json", WEIGHTS)
_WITH_TOKENIZER: Final = (*_FILES, "tokenizer.json", "tokenizer_config.json")
_APACHE: Final = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class Published:
    """Weights that others publish.

    `commit` is the repository's that is fetched, `sha256` that of its `model.safetensors`, where
    it is known; `parameters` counts millions; `engine` is who takes them.
    """

    repository: str
    commit: str
    sha256: str | None
    engine: str
    parameters: float
    licence: str = _APACHE
    files: tuple[str, ...] = _FILES
    is_gated: bool = False
    """Whether the hub gives them only to those who accepted the licence there."""


CATALOGUE: Final[Mapping[str, Published]] = MappingProxyType(
    {
        "sam2.1-tiny": Published(
            "facebook/sam2.1-hiera-tiny",
            "de431c4043854a71d8101e17995dfe596bf101a5",
            "48c14467e5cf9e51870511feb72c89688e82dd74523142c0538b663e193ac2a7",
            "sam2", 38.9,
        ),
        "sam2.1-small": Published(
            "facebook/sam2.1-hiera-small",
            "ee5bba1d82bb8749febdf90f45e84b687142ba03",
            "0a4067b11ce1e23d5229203f11c718a823060d15a4b23fa2372a7d4b77cbbc60",
            "sam2", 46.0,
        ),
        "sam2.1-base-plus": Published(
            "facebook/sam2.1-hiera-base-plus",
            "b7320756a13354e7530a63935656d35b2f91a290",
            "2012733a0de5d03efd1bba550a2847c4551be9ef2e0d497c83074df66189f780",
            "sam2", 80.8,
        ),
        "sam2.1-large": Published(
            "facebook/sam2.1-hiera-large",
            "665f8e2ad61cf5f53d65644ff27c8ee525124610",
            "dc407dce21301fd94abb395c5099b4f2c455fdc8a8f261ac3d0ea6d4cd197230",
            "sam2", 224.4,
        ),
        "d-fine-small": Published(
            "ustc-community/dfine-small-coco",
            "f79e65b5fbb33ceb9d3ebba042955d7410c608f8",
            "a144baff3a27bfd538fe37b11fa8d4fca5744b8c054b5301e7c699a1379cd18f",
            "sam2", 10.4,
        ),
        "rt-detr-v2-r18": Published(
            "PekingU/rtdetr_v2_r18vd",
            "5650961749fa93567c0d46fc7f43ea4f9e914107",
            "d18309d0d7ea57048138885c4c6ecfcb1e24506fc6153b94ad484f8ab62c7115",
            "sam2", 20.2,
        ),
        "grounding-dino-tiny": Published(
            "IDEA-Research/grounding-dino-tiny",
            "a2bb814dd30d776dcf7e30523b00659f4f141c71",
            "1a2412ef99bd74bcd3c2a246fa1e48581f8889a1300c9051974741314fc042f3",
            "sam2", 172.3, files=_WITH_TOKENIZER,
        ),
        "sam3": Published(
            "facebook/sam3",
            "3c879f39826c281e95690f02c7821c4de09afae7",
            None,
            "sam3", 848.0, "SAM License", _WITH_TOKENIZER, is_gated=True,
        ),
    }
)  # fmt: skip
"""By the names under which they are fetched and chosen."""
