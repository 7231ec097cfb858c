"""Fetching from a hub on the loopback that speaks as the real one does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from model_hub import COMMIT, WEIGHTS, Hub, serving
from sam_models import random_model
from sammot.cli import main
from sammot.errors import ChecksumMismatch, NotFound, Unavailable
from sammot.models import fetching
from sammot.models.catalogue import CATALOGUE
from sammot.models.fetching import SOURCE, fetch
from sammot.models.loading import segmenter

NAME, READER = "sam2.1-tiny", "grounding-dino-tiny"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("published")
    random_model().save_pretrained(folder)
    return {name: (folder / name).read_bytes() for name in ("config.json", WEIGHTS)}


@pytest.fixture
def hub(
    files: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Hub]:
    """A hub whose files the catalogue means, and nothing in the library's own cache."""
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    with serving(Hub(files)) as hub:
        sha256 = hub.stated[WEIGHTS]["lfs"]["sha256"]
        ours = {
            name: replace(CATALOGUE[name], commit=COMMIT, sha256=sha256) for name in (NAME, READER)
        }
        monkeypatch.setattr(fetching, "CATALOGUE", ours)
        yield hub


def change(hub: Hub, name: str, content: bytes) -> None:
    """Let the hub hold another file, and say so truly."""
    hub.files = hub.files | {name: content}
    hub.__post_init__()


def test_every_model_is_pinned_to_a_commit() -> None:
    assert all(len(bytes.fromhex(model.commit)) == 20 for model in CATALOGUE.values())
    sums = [model.sha256 for model in CATALOGUE.values() if model.sha256 is not None]
    assert all(len(bytes.fromhex(one)) == 32 for one in sums)
    assert len(set(sums)) == len(CATALOGUE) - 1  # the sum of SAM 3, which is gated, is not known


def test_fetched_weights_are_a_model(hub: Hub, tmp_path: Path) -> None:
    folder = fetch(NAME, tmp_path, endpoint=hub.url)
    assert folder == tmp_path / NAME
    assert segmenter(folder, "cpu").side == 64
    source = json.loads((folder / SOURCE).read_text())
    assert (source["repository"], source["commit"]) == ("facebook/sam2.1-hiera-tiny", COMMIT)
    assert source["sha256"][WEIGHTS] == hub.stated[WEIGHTS]["lfs"]["sha256"]
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_model_that_reads_comes_with_its_tokenizer(hub: Hub, tmp_path: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        change(hub, name, b"{}")
    folder = fetch(READER, tmp_path, endpoint=hub.url)
    assert json.loads((folder / SOURCE).read_text())["sha256"].keys() == hub.files.keys()


def test_the_commit_of_the_catalogue_is_fetched(hub: Hub, tmp_path: Path) -> None:
    fetch(NAME, tmp_path, endpoint=hub.url)
    assert hub.asked[0][0].endswith(f"/revision/{COMMIT}")


def test_what_lies_there_unchanged_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    fetch(NAME, tmp_path, endpoint=hub.url)
    hub.asked.clear()
    assert fetch(NAME, tmp_path, endpoint=hub.url) == tmp_path / NAME
    assert hub.asked == []


def test_what_was_damaged_here_is_fetched_again(hub: Hub, tmp_path: Path) -> None:
    config = fetch(NAME, tmp_path, endpoint=hub.url) / "config.json"
    config.write_text("{")
    fetch(NAME, tmp_path, endpoint=hub.url)
    assert config.read_bytes() == hub.files["config.json"]


@pytest.mark.parametrize("stated", [{"lfs": {"sha256": "0" * 64, "size": 1, "pointerSize": 1}}, {}])
def test_other_weights_than_the_catalogue_means_are_refused_whatever_the_hub_says(
    hub: Hub, tmp_path: Path, stated: dict[str, object]
) -> None:
    hub.files = hub.files | {WEIGHTS: b"others"}
    hub.stated[WEIGHTS] = stated
    with pytest.raises(ChecksumMismatch, match=r"model\.safetensors .* is not what it should be"):
        fetch(NAME, tmp_path, endpoint=hub.url)
    assert not list(tmp_path.iterdir())


def test_a_small_file_that_is_not_what_git_keeps_is_refused(hub: Hub, tmp_path: Path) -> None:
    hub.stated["config.json"] = {"blobId": "0" * 40}
    with pytest.raises(ChecksumMismatch, match=r"config\.json"):
        fetch(NAME, tmp_path, endpoint=hub.url)


def test_a_revision_of_ones_own_is_taken_as_the_hub_gives_it_and_then_held_to(
    hub: Hub, tmp_path: Path
) -> None:
    hub.commit = "f" * 40
    change(hub, WEIGHTS, b"newer weights")
    folder = fetch(NAME, tmp_path, revision="main", endpoint=hub.url)
    assert json.loads((folder / SOURCE).read_text())["commit"] == hub.commit
    (folder / WEIGHTS).write_bytes(b"damaged, so that it is fetched again")
    change(hub, WEIGHTS, b"others, under the same commit")
    with pytest.raises(ChecksumMismatch):
        fetch(NAME, tmp_path, revision=hub.commit, endpoint=hub.url)


def test_a_lost_connection_goes_on_where_it_broke(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1000)
    monkeypatch.setattr("huggingface_hub.file_download.time", SimpleNamespace(sleep=lambda _: None))
    hub.breaks = 2
    folder = fetch(NAME, tmp_path, endpoint=hub.url)
    assert (folder / WEIGHTS).read_bytes() == hub.files[WEIGHTS]
    first, second, third = (
        span for path, span in hub.asked if path.startswith("GET") and path.endswith(WEIGHTS)
    )
    assert first is None
    assert int(str(third)[6:-1]) > int(str(second)[6:-1]) > 0


def test_a_fetch_that_broke_off_keeps_what_was_complete(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.file_download.time", SimpleNamespace(sleep=lambda _: None))
    hub.breaks = 100
    with pytest.raises(Unavailable, match="run the same again"):
        fetch(NAME, tmp_path, endpoint=hub.url)
    assert not (tmp_path / NAME).exists()
    hub.breaks = 0
    hub.asked.clear()
    fetch(NAME, tmp_path, endpoint=hub.url)
    assert hub.sent() == [WEIGHTS]


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (404, NotFound, "has no revision"),
        (401, Unavailable, "accepted its terms"),
        (403, Unavailable, "hf auth login"),
        (418, Unavailable, "answers 418"),
    ],
)
def test_a_refusal_is_told_with_what_helps(
    hub: Hub, tmp_path: Path, status: int, error: type[Exception], words: str
) -> None:
    hub.status = status
    with pytest.raises(error, match=words):
        fetch(NAME, tmp_path, endpoint=hub.url)


def test_a_file_that_is_gated_is_told(hub: Hub, tmp_path: Path) -> None:
    hub.is_gated = True
    with pytest.raises(Unavailable, match="accepted its terms"):
        fetch(NAME, tmp_path, endpoint=hub.url)


def test_a_full_disk_is_told(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("huggingface_hub.file_download.http_get", full)
    with pytest.raises(Unavailable, match=r"No space left on device\): make room"):
        fetch(NAME, tmp_path, endpoint=hub.url)


def test_a_hub_that_is_away_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        fetch(NAME, tmp_path, endpoint="http://127.0.0.1:9")


def test_an_unknown_model_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"there are: sam2\.1-tiny"):
        fetch("sam9", tmp_path)


def test_models_are_listed_with_their_licences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMMOT_MODELS_DIR", str(tmp_path))
    random_model().save_pretrained(tmp_path / "mine")
    listed = CliRunner().invoke(main, ["models", "list"])
    assert listed.exit_code == 0, listed.output
    lines = {line.split()[0]: line for line in listed.output.splitlines()}
    assert "Apache-2.0" in lines["d-fine-small"]
    assert "SAM License (gated)" in lines["sam3"]
    assert f"your own, in {tmp_path / 'mine'}" in lines["mine"]
    assert CliRunner().invoke(main, ["models", "path"]).output.strip() == str(tmp_path)
