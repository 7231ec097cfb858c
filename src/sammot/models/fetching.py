"""Weights from the hub, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sammot.errors import ChecksumMismatch, NotFound, SamMotError, Unavailable
from sammot.models.catalogue import CATALOGUE, WEIGHTS, Published

SOURCE = "source.json"
"""Beside the weights: the repository, its commit, and the SHA-256 of each file."""


def fetch(
    name: str, models_dir: Path, *, revision: str | None = None, endpoint: str | None = None
) -> Path:
    """Fetch a model of the catalogue; the folder where it lies then.

    The commit is the catalogue's unless a revision is given. What lies there whole and unchanged
    is not fetched again; of what was broken off, files that were complete are kept.

    Raises:
        NotFound: there is no such model, or no such revision.
        ChecksumMismatch: what came is not what the catalogue, the hub, or an earlier fetch of the
            same commit says.
        Unavailable: the hub does not answer, does not let us in, or there is no room.

    """
    model, folder, partial = published(name), models_dir / name, models_dir / f".{name}.partial"
    earlier, wanted = _source(folder), revision or model.commit
    if earlier.get("commit") == wanted and _is_whole(folder, model, earlier):
        return folder
    commit, stated = _download(model, wanted, partial, endpoint)
    told = earlier["sha256"] if commit == earlier.get("commit") else {}
    sums = {file: _sha256(partial / file) for file in model.files}
    for file in model.files:
        if not _agrees(partial / file, sums[file], stated[file], told.get(file)):
            shutil.rmtree(partial)
            raise ChecksumMismatch(
                f"{file} of {model.repository} at {commit[:8]} is not what it should be, and was"
                " thrown away: fetch again, from another network or hub if it stays so."
            )
    source = {"repository": model.repository, "commit": commit, "sha256": sums}
    (partial / SOURCE).write_text(json.dumps(source, indent=2))
    shutil.rmtree(partial / ".cache", ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    return partial.rename(folder)


def published(name: str) -> Published:
    """The model of that name. Raises NotFound, saying which there are."""
    if name not in CATALOGUE:
        raise NotFound(f"There is no model {name!r}; there are: {', '.join(CATALOGUE)}.")
    return CATALOGUE[name]


def _download(
    model: Published, revision: str, partial: Path, endpoint: str | None
) -> tuple[str, dict[str, dict[str, str | None]]]:
    """Bring the files: the commit, and what each must be (`sha256`, or git's `blob_id`) by the hub
    and the catalogue.
    """
    from huggingface_hub import HfApi, hf_hub_download  # noqa: PLC0415 - an extra

    try:
        info = HfApi(endpoint).model_info(model.repository, revision=revision, files_metadata=True)
        commit = str(info.sha)
        for file in model.files:
            hf_hub_download(
                model.repository, file, revision=commit, local_dir=partial, endpoint=endpoint
            )
    except Exception as error:  # the library's own, its HTTP client's, and the disk's
        raise _told(error, model, revision) from error
    stated: dict[str, dict[str, str | None]] = {file: {} for file in model.files}
    for one in info.siblings or ():
        stated[one.rfilename] = (
            {"sha256": one.lfs.sha256} if one.lfs is not None else {"blob_id": one.blob_id}
        )
    if commit == model.commit and model.sha256 is not None:
        stated[WEIGHTS] = {"sha256": model.sha256}
    return commit, stated


def _told(error: Exception, model: Published, revision: str) -> SamMotError:
    """What went wrong with a download, and what helps."""
    statuses = (getattr(getattr(one, "response", None), "status_code", None)
                for one in (error, error.__cause__))  # fmt: skip
    status = next((one for one in statuses if one is not None), None)
    if status == 404:
        return NotFound(
            f"{model.repository} has no revision {revision} with these files: leave --revision out,"
            " or look on the hub which there are."
        )
    if status in (401, 403):
        return Unavailable(
            f"The hub gives {model.repository} only to those who accepted its terms: do so on its"
            " page there, then log in with `hf auth login`."
        )
    if status is not None:
        return Unavailable(f"The hub answers {status}: try again later.")
    if isinstance(error, OSError) and error.errno is not None:
        return Unavailable(
            f"The weights cannot be written ({error.strerror}): make room, or set"
            " SAMMOT_MODELS_DIR to another folder."
        )
    return Unavailable(
        f"The hub cannot be reached, or broke off ({type(error).__name__}): run the same again;"
        " what is complete is kept."
    )


def _source(folder: Path) -> dict[str, Any]:
    """What an earlier fetch wrote down; nothing where there was none."""
    try:
        source: dict[str, Any] = json.loads((folder / SOURCE).read_text())
        dict(source["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return source


def _is_whole(folder: Path, model: Published, source: Mapping[str, Any]) -> bool:
    return all(
        (folder / file).is_file() and _sha256(folder / file) == source["sha256"].get(file)
        for file in model.files
    )


def _agrees(path: Path, sha256: str, stated: Mapping[str, str | None], earlier: str | None) -> bool:
    """Whether a file is what the hub states, or the catalogue, and an earlier fetch of it."""
    if stated.get("blob_id") is not None:
        content = path.read_bytes()  # small: git itself keeps it
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
        if blob.hexdigest() != stated["blob_id"]:
            return False
    return sha256 == (stated.get("sha256") or sha256) == (earlier or sha256)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
