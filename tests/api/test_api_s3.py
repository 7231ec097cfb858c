"""The API where the files lie in a bucket."""

from __future__ import annotations

import hashlib
import io
import struct
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import requests
from tusclient.client import TusClient

pytest.importorskip("boto3", reason="the service profile is not installed")

from api_client import Client, work_off
from sammot.adapters.s3_objects import Bucket, S3Objects
from sammot.api import ApiConfig, create_app
from sammot.records import JobKind
from sammot.service import Service
from servers.s3 import S3Server
from web_server import WebServer
from world import a_service

MIB = 1 << 20


@pytest.fixture(params=["rclone", "moto"])
def bucket(request: pytest.FixtureRequest) -> Bucket:
    server: S3Server = request.getfixturevalue(f"{request.param}_server")
    return server.bucket()


@pytest.fixture
def service(bucket: Bucket, tmp_path: Path) -> Service:
    objects = S3Objects(bucket, tmp_path / "scratch")
    return Service.over(replace(a_service(tmp_path).world, objects=objects))


@pytest.fixture
def client(service: Service, web_dir: Path) -> Client:
    app = create_app(service, ApiConfig("1.2.3", web_dir=web_dir))
    app.test_client_class = Client
    client = app.test_client()
    assert isinstance(client, Client)
    return client


@pytest.mark.slow
def test_a_hundred_megabytes_arrive_unharmed_through_a_crash(
    rclone_server: S3Server, tmp_path: Path, clip: bytes
) -> None:
    bucket = rclone_server.bucket()
    noise = np.random.default_rng(1).bytes(100 * MIB - len(clip) - 8)
    content = clip + struct.pack(">I4s", len(noise) + 8, b"free") + noise  # players skip the rest
    settings = {f"S3_{name.upper()}": value for name, value in asdict(bucket).items() if value}
    settings["S3_BUCKET"] = settings.pop("S3_NAME")
    with WebServer(tmp_path / "data", **settings) as server:
        uploader = TusClient(f"{server.url}/api/uploads").uploader(
            file_stream=io.BytesIO(content),
            chunk_size=30 * MIB + 7,
            metadata={"filename": "big.mp4"},
            retries=10,
            retry_delay=1,
        )
        uploader.upload(stop_at=60 * MIB)
        server.kill()
        server.start()
        uploader.upload()
        head = requests.head(uploader.url, headers={"Tus-Resumable": "1.0.0"}, timeout=60)
        url = f"{server.url}/api/videos/{head.headers['Sammot-Video-Id']}"
        assert requests.get(url, timeout=10).json()["sha256"] == hashlib.sha256(content).hexdigest()
        assert requests.get(f"{url}/original", timeout=60).content == content


def test_a_worker_tracks_a_video_that_lies_in_the_bucket(
    client: Client, service: Service, clip: bytes, tmp_path: Path
) -> None:
    video = client.bring(clip)
    work_off(service, JobKind.TRACK)
    result = client.get(f"/api/videos/{video['id']}/result").get_json()
    assert result["frame_count"] == 80
    assert result["complete"]
    assert list((tmp_path / "scratch").iterdir()) == []


def test_files_that_browsers_cannot_play_get_a_copy_in_the_bucket(
    client: Client, service: Service, odd_clip: bytes
) -> None:
    video = client.bring(odd_clip, "old.avi")
    work_off(service, JobKind.PROXY)
    answer = client.get(f"/api/videos/{video['id']}/playable")
    assert requests.get(answer.headers["Location"], timeout=10).content[4:8] == b"ftyp"


@pytest.mark.parametrize(
    ("path", "content_type", "disposition"),
    [
        ("original", "video/mp4", None),
        ("original?download=1", "application/octet-stream", 'attachment; filename="dog.mp4"'),
        ("playable", "video/mp4", None),
        ("poster", "image/webp", None),
        ("download", "video/mp4", 'attachment; filename="dog.annotated.mp4"'),
    ],
)
def test_browsers_are_sent_to_the_bucket(
    client: Client,
    service: Service,
    clip: bytes,
    path: str,
    content_type: str,
    disposition: str | None,
) -> None:
    video = client.bring(clip)
    if path == "download":
        work_off(service, JobKind.TRACK)
        client.get(f"/api/videos/{video['id']}/download")
        work_off(service)
    answer = client.get(f"/api/videos/{video['id']}/{path}")
    assert answer.status_code == 307
    assert answer.headers["Cache-Control"].startswith("private")
    found = requests.get(answer.headers["Location"], timeout=10)
    assert found.status_code == 200
    assert found.headers["Content-Type"] == content_type
    assert found.headers.get("Content-Disposition") == disposition


def test_another_s_video_has_no_address(client: Client, clip: bytes, service: Service) -> None:
    video = client.bring(clip)
    service.world.store.update_video(video["id"], lambda old: replace(old, user_id="another"))
    assert client.get(f"/api/videos/{video['id']}/original").status_code == 404


def test_scripts_and_head_are_answered_here(client: Client, clip: bytes) -> None:
    path = f"/api/videos/{client.bring(clip)['id']}/original"
    assert client.head(path).content_length == len(clip)
    script = {"Sec-Fetch-Mode": "cors", "Range": "bytes=4-7"}
    answer = client.get(path, headers=script)
    assert (answer.status_code, answer.data) == (206, b"ftyp")


def test_the_page_may_show_what_lies_in_the_bucket(client: Client, bucket: Bucket) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert f"media-src 'self' blob: data: {bucket.endpoint};" in policy
    assert f"img-src 'self' blob: data: {bucket.endpoint};" in policy


def test_the_timeline_and_deletion_are_as_ever(client: Client, bucket: Bucket, clip: bytes) -> None:
    video = client.bring(clip)
    assert len(client.get(f"/api/videos/{video['id']}/timeline").get_json()["times"]) == 80
    client.delete(f"/api/videos/{video['id']}")
    assert "Contents" not in bucket.client().list_objects_v2(Bucket=bucket.name)
