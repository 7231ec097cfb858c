from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from typing import Any

import av
import orjson
import pytest
from pycocotools import mask as coco

from api_client import Client, work_off
from sammot.api import ApiConfig, create_app
from sammot.records import JobKind
from sammot.service import Service
from world import a_service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return a_service(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def client(service: Service) -> Client:
    return Client(create_app(service, ApiConfig("1")))


@pytest.fixture(scope="module")
def done(client: Client, service: Service, clip: bytes) -> dict[str, Any]:
    """A video whose tracking is complete."""
    video = client.bring(clip, "dog.v2.mp4")
    work_off(service, JobKind.TRACK)
    return video


@pytest.fixture
def waiting(client: Client, odd_clip: bytes) -> Iterator[dict[str, Any]]:
    """A video whose tracking has not begun."""
    video = client.bring(odd_clip, "old.avi")
    yield video
    client.delete(f"/api/videos/{video['id']}")


def test_the_result_has_every_track_with_its_frames(client: Client, done: dict[str, Any]) -> None:
    result = client.get(f"/api/videos/{done['id']}/result").get_json()
    assert (result["complete"], result["frames_ready"], result["frame_count"]) == (True, 80, 80)
    assert (result["video_id"], result["job_id"], result["fps"]) == (done["id"], done["job_id"], 25)
    assert [thing["track_id"] for thing in result["objects"]] == [1, 2]
    first, second = result["objects"]
    assert [frame["frame_id"] for frame in first["frames"]] == list(range(80))
    assert [frame["frame_id"] for frame in second["frames"]] == [n for n in range(80) if n % 10 > 2]
    assert (second["first_frame"], second["last_frame"]) == (3, 79)
    assert result["performance_metrics"]["processing_time"] > 0
    assert result["performance_metrics"]["average_fps"] > 0


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # pycocotools, with numpy 2
def test_masks_decode_to_their_size_and_lie_in_their_boxes(
    client: Client, done: dict[str, Any]
) -> None:
    result = client.get(f"/api/videos/{done['id']}/result?to=20").get_json()
    frames = [frame for thing in result["objects"] for frame in thing["frames"]]
    assert len(frames) == 20 + 14
    for frame in frames:
        mask = coco.decode(frame["mask"])
        assert list(mask.shape) == frame["mask"]["size"] == [112, 192]
        assert coco.toBbox(frame["mask"]).tolist() == frame["bbox"]


def test_a_part_of_the_result_is_had_by_frames_tracks_and_without_masks(
    client: Client, done: dict[str, Any]
) -> None:
    path = f"/api/videos/{done['id']}/result"
    part = client.get(f"{path}?from=60&to=70&track_id=2&mask=none").get_json()
    assert [thing["track_id"] for thing in part["objects"]] == [2]
    frames = part["objects"][0]["frames"]
    assert [frame["frame_id"] for frame in frames] == list(range(63, 70))
    assert all("mask" not in frame for frame in frames)
    both = client.get(f"{path}?track_id=1&track_id=2&track_id=7").get_json()
    assert [thing["track_id"] for thing in both["objects"]] == [1, 2]


@pytest.mark.parametrize("query", ["from=-1", "to=x", "mask=png", "track_id=a"])
def test_a_part_that_means_nothing_is_refused(
    client: Client, done: dict[str, Any], query: str
) -> None:
    assert client.get(f"/api/videos/{done['id']}/result?{query}").status_code == 422


def test_before_the_first_chunk_the_result_is_empty_and_says_so(
    client: Client, waiting: dict[str, Any]
) -> None:
    result = client.get(f"/api/videos/{waiting['id']}/result").get_json()
    assert (result["complete"], result["frames_ready"], result["objects"]) == (False, 0, [])


def test_tracks_tell_where_they_are_seen(client: Client, done: dict[str, Any]) -> None:
    tracks = client.get(f"/api/videos/{done['id']}/tracks").get_json()
    assert (tracks["job_id"], tracks["complete"]) == (done["job_id"], True)
    first, second = tracks["items"]
    assert (first["segments"], first["frame_total"]) == ([[0, 80]], 80)
    assert second["segments"] == [[n + 3, n + 10] for n in range(0, 80, 10)]
    assert (second["first_frame"], second["last_frame"]) == (3, 79)
    assert 0 <= second["mean_score"] <= 1


def test_chunks_are_listed_with_their_bounds(client: Client, done: dict[str, Any]) -> None:
    chunks = client.get(f"/api/jobs/{done['job_id']}/chunks").get_json()
    assert chunks == {
        "job_id": done["job_id"],
        "chunk_frames": 64,
        "complete": True,
        "items": [
            {"chunk": 0, "start": 0, "stop": 16},
            {"chunk": 1, "start": 16, "stop": 64},
            {"chunk": 2, "start": 64, "stop": 80},
        ],
    }


@pytest.mark.parametrize("encoding", ["gzip", "identity", "gzip;q=0", ""])
def test_a_chunk_is_sent_as_it_was_stored_to_those_who_take_it(
    client: Client, service: Service, done: dict[str, Any], encoding: str
) -> None:
    path = f"/api/jobs/{done['job_id']}/chunks/1"
    response = client.get(path, headers={"Accept-Encoding": encoding})
    stored = service.world.store.get_chunk(done["job_id"], 1)
    is_packed = encoding == "gzip"
    assert response.headers.get("Content-Encoding") == ("gzip" if is_packed else None)
    assert response.get_data() == (stored if is_packed else gzip.decompress(stored))
    chunk = orjson.loads(gzip.decompress(stored))
    assert [frame["frame_id"] for frame in chunk["frames"]] == list(range(16, 64))


def test_a_chunk_is_kept_for_ever(client: Client, done: dict[str, Any]) -> None:
    path = f"/api/jobs/{done['job_id']}/chunks/0"
    response = client.get(path)
    assert "immutable" in response.headers["Cache-Control"]
    assert "Accept-Encoding" in response.headers["Vary"]
    again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")


@pytest.mark.parametrize("chunk", ["3", "999999999999999999999999", "-1", "x"])
def test_a_chunk_that_is_not_there_is_not_found(
    client: Client, done: dict[str, Any], chunk: str
) -> None:
    assert client.get(f"/api/jobs/{done['job_id']}/chunks/{chunk}").status_code == 404


def test_tables_are_saved_under_the_videos_name(client: Client, done: dict[str, Any]) -> None:
    path = f"/api/videos/{done['id']}/download"
    table = client.get(f"{path}?format=csv")
    rows = list(csv.DictReader(io.StringIO(table.get_data(as_text=True))))
    assert len(rows) == 80 + 56
    assert table.headers["Content-Disposition"] == 'attachment; filename="dog.v2.tracks.csv"'
    mot = client.get(f"{path}?format=mot").get_data(as_text=True).splitlines()
    assert len(mot) == len(rows)
    assert mot[0].startswith("1,1,")
    document = client.get(f"{path}?format=json")
    assert 'filename="dog.v2.tracks.json"' in document.headers["Content-Disposition"]
    assert len(document.get_json()["objects"]) == 2


def test_a_format_that_is_none_is_refused(client: Client, done: dict[str, Any]) -> None:
    assert client.get(f"/api/videos/{done['id']}/download?format=avi").status_code == 422


def test_the_annotated_video_is_made_when_it_is_asked_for(
    client: Client, service: Service, done: dict[str, Any]
) -> None:
    path = f"/api/videos/{done['id']}"
    early = client.get(f"{path}/download")
    assert early.status_code == 202
    assert int(early.headers["Retry-After"]) > 0
    assert early.get_json() == client.get(f"{path}/status").get_json()["render"]
    assert early.get_json()["status"] == "queued"
    work_off(service)
    assert client.get(f"{path}/status").get_json()["render"]["status"] == "ready"
    ready = client.get(f"{path}/download")
    assert (ready.status_code, ready.content_type) == (200, "video/mp4")
    assert 'filename="dog.v2.annotated.mp4"' in ready.headers["Content-Disposition"]
    with av.open(io.BytesIO(ready.get_data())) as container:
        assert sum(1 for _ in container.decode(video=0)) == 80
    part = client.get(f"{path}/download", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.get_data()) == (206, b"ftyp")


def test_the_annotated_video_waits_for_the_tracking(
    client: Client, waiting: dict[str, Any]
) -> None:
    early = client.get(f"/api/videos/{waiting['id']}/download")
    assert (early.status_code, early.get_json()["status"]) == (202, "none")
    jobs = client.get(f"/api/jobs?kind=render&video_id={waiting['id']}")
    assert jobs.get_json()["total"] == 0


def test_there_is_no_annotated_video_of_a_cancelled_tracking(
    client: Client, waiting: dict[str, Any]
) -> None:
    client.post(f"/api/jobs/{waiting['job_id']}/cancel")
    assert client.get(f"/api/videos/{waiting['id']}/download").status_code == 404
