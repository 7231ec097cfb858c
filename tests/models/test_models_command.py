"""`sammot models fetch` as it is typed, in a process of its own, from a hub on the loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from model_hub import COMMIT, WEIGHTS, Hub, serving
from sam_models import random_model
from sammot.models.catalogue import CATALOGUE
from sammot.models.loading import segmenter

NAME = "sam2.1-tiny"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("published")
    random_model().save_pretrained(folder)
    files = {name: (folder / name).read_bytes() for name in ("config.json", WEIGHTS)}
    with serving(Hub(files | {"tokenizer.json": b"{}", "tokenizer_config.json": b"{}"})) as hub:
        yield hub


def run(hub: Hub, folder: Path, *words: str) -> tuple[int, str, str]:
    """The exit status, what it says, and what it draws on the terminal meanwhile."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    variables = {
        "HF_ENDPOINT": hub.url, "HF_HOME": f"{folder}.cache", "SAMMOT_MODELS_DIR": str(folder)
    }  # fmt: skip
    command = [sys.executable, "-m", "sammot", "models", *words]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=theirs, env=os.environ | variables, timeout=120,
        check=False,
    )  # fmt: skip
    os.close(theirs)
    drawn = b""
    try:
        while part := os.read(ours, 4096):
            drawn += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    return done.returncode, done.stdout.decode(), drawn.decode()


def test_weights_are_fetched_with_a_bar_checked_and_then_listed_as_here(
    hub: Hub, tmp_path: Path
) -> None:
    folder = tmp_path / "models"
    status, said, drawn = run(hub, folder, "fetch", NAME, "--revision", COMMIT)
    assert status == 0, drawn
    assert "facebook/sam2.1-hiera-tiny, licence Apache-2.0" in said
    assert f"{NAME} lies in {folder / NAME}" in said
    assert f"{WEIGHTS}: 100%" in drawn
    assert segmenter(folder / NAME, "cpu").side == 64
    _, listed, _ = run(hub, folder, "list")
    assert next(line for line in listed.splitlines() if line.startswith(NAME)).endswith("here")


def test_other_bytes_under_the_commit_of_the_catalogue_are_refused(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "commit", CATALOGUE[NAME].commit)
    status, _, drawn = run(hub, tmp_path, "fetch", NAME)
    assert status == 1
    assert "is not what it should be" in drawn
    assert not (tmp_path / NAME).exists()


def test_a_gated_model_says_whose_terms_to_accept_and_how(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "is_gated", True)
    monkeypatch.setattr(hub, "commit", CATALOGUE["sam3"].commit)
    status, said, drawn = run(hub, tmp_path, "fetch", "sam3")
    assert status == 1
    assert "facebook/sam3, licence SAM License" in said
    assert "log in with `hf auth login`" in drawn
    assert "Traceback" not in drawn
