"""Segment Anything through the HTTP API, on a checkpoint that the test writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask

from api_client import Client, work_off
from clips import Clip
from sam_models import (
    FEW_SCENES,
    TRAINED,
    agreement,
    exchange,
    masks_of,
    prompt,
    random_detector,
    random_grounder,
    random_model,
    random_sam3,
    scene,
    truncate,
)
from sammot.api import ApiConfig, create_app
from sammot.engines import engines
from sammot.service import Service
from sammot.settings import Settings
from sammot.video import write
from world import a_service

PROMPTS = [
    {"object": 1, "frame": 0, "box": [5, 5, 30, 30]},
    {"object": 2, "frame": 9, "points": [{"x": 40, "y": 30}, {"x": 2, "y": 2, "inside": False}]},
]
WEAR = (truncate, exchange)


def worn(damage: Callable[[Path], None]) -> str:
    """The name of a model that was damaged so, behind those that others take."""
    return f"worn-{damage.__name__}"


@pytest.fixture(scope="module")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    random_model().save_pretrained(folder / "tiny")
    for damage in WEAR:
        random_model().save_pretrained(folder / worn(damage))
        damage(folder / worn(damage))
    (folder / TRAINED.name).symlink_to(TRAINED)
    random_detector("d_fine").save_pretrained(folder / "classes")
    for part in random_grounder():
        part.save_pretrained(folder / "reader")
    for part in random_sam3():
        part.save_pretrained(folder / "both")
    return folder


@pytest.fixture(scope="module")
def small_clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    return Clip(count=20).write(path).read_bytes()


@pytest.fixture
def service(tmp_path: Path, models_dir: Path) -> Service:
    known = engines(Settings(data_dir=tmp_path, models_dir=models_dir))
    return a_service(tmp_path, *known.values())


@pytest.fixture
def client(service: Service, tmp_path: Path) -> Client:
    app: Flask = create_app(service, ApiConfig("1.2.3", frozenset(), tmp_path))
    app.test_client_class = Client
    client = app.test_client()
    assert isinstance(client, Client)
    return client


def sam(prompts: Any = PROMPTS) -> dict[str, str]:
    return {"engine": "sam2", "prompts": json.dumps(prompts)}


def test_the_engine_is_listed_with_its_models(client: Client) -> None:
    entry = {one["name"]: one for one in client.get("/api/engines").get_json()["items"]}["sam2"]
    assert entry["available"]
    assert entry["takes_prompts"]
    names = {"tiny", TRAINED.name, *map(worn, WEAR)}
    assert entry["parameters"][0]["choices"] == sorted(names)
    licences = {one["name"]: (one["licence"], one["gated"]) for one in entry["models"]}
    assert licences["sam2.1-tiny"] == licences["d-fine-small"] == ("Apache-2.0", False)
    assert not any(one["installed"] for one in entry["models"])
    text = next(one for one in entry["parameters"] if one["name"] == "text")
    assert (text["kind"], text["maximum"], text["only_for"]) == ("text", 200, {"find": ["text"]})


@pytest.mark.parametrize("engine", ["sam2", "sam3"])
def test_what_a_text_names_is_tracked_under_its_words(
    client: Client, service: Service, small_clip: bytes, engine: str
) -> None:
    text = json.dumps({"text": "A red car"})
    video = client.bring(small_clip, engine=engine, parameters=text)
    work_off(service)
    result = client.get(f"/api/videos/{video['id']}/result").get_json()
    assert {one["label"] for one in result["objects"]} == {"A red car"}


@pytest.mark.parametrize(
    ("parameters", "kind", "words"),
    [
        ({"find": "text"}, "unclear-text", "1 to 10 things"),
        ({"text": "x" * 201}, "unclear-text", "at most 200 characters"),
        ({"text": "a\u0000b"}, "unclear-text", "characters that cannot be seen"),
        ({"text": {"$ne": ""}}, "invalid-input", "text must be a text"),
        ({"classes": "unicorn"}, "unknown-class", "it knows: person, car, dog"),
        ({"find": "everything", "every": 0}, "out-of-range", "between 1 and 1000 frames"),
        ({"find": "nothing"}, "nothing-to-do", "there is no work"),
        ({"find": "similar"}, "no-example", "needs an example"),
    ],
)
def test_parameters_that_mean_nothing_are_refused_at_once(
    client: Client, small_clip: bytes, parameters: dict[str, Any], kind: str, words: str
) -> None:
    video = client.bring(small_clip)
    engine = "sam3" if parameters.get("find") == "similar" else "sam2"
    answer = client.post(
        f"/api/videos/{video['id']}/jobs", json={"engine": engine, "parameters": parameters}
    )
    assert answer.status_code == 422
    assert words in answer.get_json()["detail"]
    assert answer.get_json()["type"] == f"/problems/{kind}"


def test_prompted_objects_come_out_as_tracks(
    client: Client, service: Service, small_clip: bytes
) -> None:
    video = client.bring(small_clip, **sam())
    work_off(service)
    status = client.get(f"/api/videos/{video['id']}/status").get_json()
    assert (status["status"], status["engine"]) == ("completed", "sam2")
    job = client.get(f"/api/jobs/{status['job_id']}").get_json()
    assert job["parameters"]["prompts"] == PROMPTS
    assert job["parameters"]["find"] == "nothing"
    result = client.get(f"/api/videos/{video['id']}/result").get_json()
    assert [one["track_id"] for one in result["objects"]] == [1, 2]


def test_the_trained_model_follows_unseen_objects(
    client: Client, service: Service, tmp_path: Path
) -> None:
    path, found = tmp_path / "scene.mp4", list[float]()
    for number in range(FEW_SCENES):
        frames, truth = scene(number)
        write(path, iter(frames), 10)
        prompts = [prompt(id_, mask, "mask") for id_, mask in truth[0].items()]
        given = {"parameters": json.dumps({"weights": TRAINED.name}), **sam(prompts)}
        video = client.bring(path.read_bytes(), "scene.mp4", **given)
        work_off(service)
        result = client.get(f"/api/videos/{video['id']}/result").get_json()
        assert result["complete"]
        found += agreement(truth, masks_of(result))
    assert np.mean(found) >= 0.8


@pytest.mark.parametrize("damage", WEAR)
def test_a_job_whose_weights_are_of_no_use_says_so_and_ends(
    client: Client,
    service: Service,
    small_clip: bytes,
    models_dir: Path,
    damage: Callable[[Path], None],
) -> None:
    given = {"parameters": json.dumps({"weights": worn(damage)}), **sam()}
    video = client.bring(small_clip, **given)
    work_off(service)
    status = client.get(f"/api/videos/{video['id']}/status").get_json()
    job = client.get(f"/api/jobs/{status['job_id']}").get_json()
    assert (job["state"], job["attempt"], job["error_code"]) == ("failed", 1, "unusable-weights")
    assert str(models_dir / worn(damage)) in job["error_message"]
    assert job["error_message"].endswith("fetch the weights again.")


def test_tracking_again_may_change_the_engine(
    client: Client, service: Service, small_clip: bytes
) -> None:
    video = client.bring(small_clip, engine="motion")
    again = client.post(
        f"/api/videos/{video['id']}/jobs", json={"engine": "sam2", "prompts": PROMPTS}
    )
    assert again.status_code == 201, again.get_json()
    work_off(service)
    assert client.get(f"/api/videos/{video['id']}/status").get_json()["engine"] == "sam2"


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ({"object": 1, "frame": 20, "box": [5, 5, 30, 30]}, "ends with 19"),
        ({"object": 1, "frame": 0, "box": [5, 5, 3000, 30]}, "outside the picture"),
        ({"object": 1, "frame": 0}, "needs either a mask, or points or a box"),
    ],
)
def test_a_prompt_that_cannot_be_is_refused_at_once(
    client: Client, small_clip: bytes, prompt: dict[str, Any], words: str
) -> None:
    video = client.bring(small_clip)
    answer = client.post(
        f"/api/videos/{video['id']}/jobs", json={"engine": "sam2", "prompts": [prompt]}
    )
    assert answer.status_code == 422
    assert words in answer.get_json()["detail"]


def test_a_prompt_outside_an_uploaded_video_fails_its_job_with_the_reason(
    client: Client, service: Service, small_clip: bytes
) -> None:
    video = client.bring(small_clip, **sam([{"object": 1, "frame": 99, "box": [1, 1, 5, 5]}]))
    work_off(service)
    status = client.get(f"/api/videos/{video['id']}/status").get_json()
    assert status["status"] == "failed"
    assert "frame 99" in status["error_message"]
