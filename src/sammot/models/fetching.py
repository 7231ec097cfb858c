"""Weights from the hub, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sammot.errors import ChecksumMismatch, NotFound, Unavailable
from sammot.models.catalogue import CATALOGUE, Published

SOURCE = "source.json"
"""Beside the weights: the repository, its commit, and the SHA-256 of each file."""


def fetch(
    name: str, models_dir: Path, *, revision: str | None = None, endpoint: str | None = None
) -> Path:
    """Fetch a model of the catalogue; the folder where it lies then.

    What was fetched once is fetched again at the same commit, unless a revision is given.

    Raises:
        NotFound: there is no such model, or no such revision.
        ChecksumMismatch: what came is not what the hub says that it holds.
        Unavailable: the hub does not answer, or does not let us in.

    """
    from huggingface_hub import HfApi, hf_hub_download  # noqa: PLC0415 - an extra

    model, folder, partial = published(name), models_dir / name, models_dir / f".{name}.partial"
    try:
        info = HfApi(endpoint).model_info(
            model.repository, revision=revision or _commit(folder), files_metadata=True
        )
        for file in model.files:
            hf_hub_download(
                model.repository, file, revision=info.sha, local_dir=partial, endpoint=endpoint
            )
    except Exception as error:  # the library's own, its HTTP client's, and the disk's
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status == 404:
            raise NotFound(f"{model.repository} has no such revision or file.") from error
        if status in (401, 403):
            raise Unavailable(
                f"{model.repository} is for those who accepted its terms: do so, then log in"
                " with `hf auth login`."
            ) from error
        raise Unavailable(f"The weights cannot be fetched: {type(error).__name__}.") from error
    try:
        sums = _checked(partial, model.files, info.siblings)
    except ChecksumMismatch:
        shutil.rmtree(partial)
        raise
    source = {"repository": model.repository, "commit": info.sha, "sha256": sums}
    (partial / SOURCE).write_text(json.dumps(source, indent=2))
    shutil.rmtree(partial / ".cache", ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    return partial.rename(folder)


def published(name: str) -> Published:
    """The model of that name. Raises NotFound, saying which there are."""
    if name not in CATALOGUE:
        raise NotFound(f"There is no model {name!r}; there are: {', '.join(CATALOGUE)}.")
    return CATALOGUE[name]


def _commit(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / SOURCE).read_text())["commit"])
    except (OSError, ValueError, KeyError):
        return None


def _checked(folder: Path, files: Iterable[str], siblings: Any) -> dict[str, str]:  # noqa: ANN401
    """The SHA-256 of each file. Raises ChecksumMismatch where the hub states another."""
    stated = {one.rfilename: one.lfs.sha256 for one in siblings if one.lfs is not None}
    sums = {}
    for name in files:
        with (folder / name).open("rb") as file:
            sums[name] = hashlib.file_digest(file, "sha256").hexdigest()
        if sums[name] != stated.get(name, sums[name]):
            raise ChecksumMismatch(f"{name} is not what the hub says that it holds: fetch again.")
    return sums
