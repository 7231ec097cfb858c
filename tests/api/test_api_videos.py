from __future__ import annotations

import gzip
import hashlib
from urllib.parse import unquote

import orjson
import pytest

from api_client import Client, work_off
from clips import Clip
from sammot.api import ApiConfig, create_app
from sammot.records import JobKind
from sammot.service import Service
from world import a_service

UNICODE = '강아지 "quoted" é.mp4'


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Three of different lengths."""
    folder = tmp_path_factory.mktemp("clips")
    return [Clip(count=n).write(folder / f"{n}.mp4").read_bytes() for n in (5, 10, 15)]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """A client of a service in which nothing is changed."""
    return Client(create_app(a_service(tmp_path_factory.mktemp("shelf")), ApiConfig("1")))


@pytest.fixture(scope="module")
def path(shelf: Client, clip: bytes) -> str:
    """The address of a video there."""
    return f"/api/videos/{shelf.bring(clip)['id']}"


def test_a_form_makes_a_video(client: Client, clip: bytes) -> None:
    video = client.bring(clip)
    assert video["sha256"] == hashlib.sha256(clip).hexdigest()
    assert (video["width"], video["height"], video["frame_count"]) == (192, 112, 80)
    assert (video["original_filename"], video["status"]) == ("dog.mp4", "uploaded")
    assert video["user_id"] == "local"
    assert video["upload_time"].endswith("Z")
    assert client.get(f"/api/videos/{video['id']}").get_json() == video


def test_the_same_bytes_are_said_to_be_here(client: Client, clip: bytes) -> None:
    first, second = client.bring(clip), client.bring(clip, "copy.mp4")
    assert (first["duplicate"], second["duplicate"]) == (False, True)
    assert second["id"] == first["id"]
    assert client.get("/api/videos").get_json()["total"] == 1


def test_a_list_goes_on_where_it_stopped(client: Client, clips: list[bytes]) -> None:
    ids = [client.bring(clip, f"{n}.mp4")["id"] for n, clip in enumerate(clips)]
    first = client.get("/api/videos?limit=2&sort=upload_time").get_json()
    assert [item["id"] for item in first["items"]] == ids[:2]
    assert first["total"] == 3
    rest = client.get(f"/api/videos?limit=2&sort=upload_time&cursor={first['next_cursor']}")
    assert [item["id"] for item in rest.get_json()["items"]] == ids[2:]
    assert rest.get_json()["next_cursor"] is None


def test_a_list_is_sorted_both_ways(client: Client, clips: list[bytes]) -> None:
    for n, clip in enumerate(clips):
        client.bring(clip, f"{n}.mp4")
    fields = {"name": "original_filename", "duration": "duration", "size": "file_size"}
    for key, field in fields.items():
        up, down = (
            [item[field] for item in client.get(f"/api/videos?sort={sort}").get_json()["items"]]
            for sort in (key, f"-{key}")
        )
        assert up == sorted(up) == down[::-1]
        assert len(set(up)) == 3


def test_a_list_holds_what_is_looked_for(
    client: Client, service: Service, clips: list[bytes]
) -> None:
    done = client.bring(clips[0], "Dog_1.mp4")["id"]
    work_off(service)
    client.bring(clips[1], "cat.mp4")
    for query in ("q=dog_", "status=completed", "q=DOG&status=completed"):
        items = client.get(f"/api/videos?{query}").get_json()["items"]
        assert [item["id"] for item in items] == [done], query
    assert client.get("/api/videos?q=%25").get_json()["items"] == []


def test_a_video_is_renamed(client: Client, clip: bytes) -> None:
    video = client.bring(clip)
    path = f"/api/videos/{video['id']}"
    renamed = client.patch(path, json={"original_filename": "cat.mp4"}).get_json()
    assert renamed["original_filename"] == "cat.mp4"
    assert renamed["revision"] > video["revision"]
    refused = client.patch(path, json={"original_filename": "../cat.mp4"})
    assert refused.status_code == 422
    assert client.get(path).get_json() == renamed


def test_a_video_is_pinned_and_let_go_again(client: Client, clip: bytes) -> None:
    video = client.bring(clip)
    path = f"/api/videos/{video['id']}"
    assert video["pinned"] is False
    pinned = client.patch(path, json={"pinned": True}).get_json()
    assert (pinned["pinned"], pinned["original_filename"]) == (True, "dog.mp4")
    both = client.patch(path, json={"pinned": False, "original_filename": "cat.mp4"}).get_json()
    assert (both["pinned"], both["original_filename"]) == (False, "cat.mp4")
    assert client.patch(path, json={"pinned": "yes"}).status_code == 422
    assert client.get(path).get_json() == both


def test_a_deleted_video_is_gone(client: Client, clip: bytes) -> None:
    video = client.bring(clip)
    path = f"/api/videos/{video['id']}"
    assert client.delete(path).status_code == 204
    for after in (path, f"{path}/status", f"{path}/original", f"{path}/events"):
        assert client.get(after).status_code == 404
    assert client.delete(path).status_code == 404
    assert client.bring(clip)["duplicate"] is False


def test_the_status_follows_the_job(client: Client, service: Service, clip: bytes) -> None:
    video = client.bring(clip)
    path = f"/api/videos/{video['id']}/status"
    before = client.get(path).get_json()
    assert (before["status"], before["progress"], before["queue_position"]) == ("uploaded", 0, 0)
    assert before["render"]["status"] == "none"
    assert (before["engine"], before["attempt"]) == ("fake", 0)
    work_off(service, JobKind.TRACK)
    after = client.get(path).get_json()
    assert (after["status"], after["progress"], after["queue_position"]) == ("completed", 1, None)
    assert after["frames_ready"] == after["frames_done"] == after["frame_count"] == 80
    assert (after["track_count"], after["attempt"]) == (2, 1)
    assert after["revision"] > before["revision"]


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_the_timeline_has_the_time_of_every_frame(
    client: Client, clip: bytes, encoding: str
) -> None:
    video = client.bring(clip)
    path = f"/api/videos/{video['id']}/timeline"
    response = client.get(path, headers={"Accept-Encoding": encoding})
    assert response.headers.get("Content-Encoding", "identity") == encoding
    content = response.get_data()
    timeline = orjson.loads(gzip.decompress(content) if encoding == "gzip" else content)
    assert timeline["times"] == pytest.approx([n / 25 for n in range(80)])
    assert (timeline["frame_count"], timeline["fps"]) == (80, 25)
    again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")


def test_the_original_comes_back_whole_and_in_parts(shelf: Client, path: str, clip: bytes) -> None:
    whole = shelf.get(f"{path}/original")
    assert whole.get_data() == clip
    assert whole.content_type == "video/mp4"
    assert "Content-Disposition" not in whole.headers
    for given, start, stop in (
        ("bytes=10-19", 10, 20),
        ("bytes=-7", len(clip) - 7, len(clip)),
        ("bytes=5000-", 5000, len(clip)),
        (f"bytes=0-{len(clip) + 9}", 0, len(clip)),
    ):
        part = shelf.get(f"{path}/original", headers={"Range": given})
        assert part.status_code == 206
        assert part.get_data() == clip[start:stop]
        assert part.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(clip)}"


@pytest.mark.parametrize("given", ["bytes=0-1,5-6", "bytes=x", "frames=1-2", "bytes=9-3"])
def test_parts_that_are_not_served_are_answered_with_the_whole(
    shelf: Client, path: str, clip: bytes, given: str
) -> None:
    response = shelf.get(f"{path}/original", headers={"Range": given})
    assert (response.status_code, response.get_data()) == (200, clip)


def test_a_part_that_does_not_exist_is_refused(shelf: Client, path: str, clip: bytes) -> None:
    response = shelf.get(f"{path}/original", headers={"Range": f"bytes={len(clip)}-"})
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{len(clip)}"
    assert response.content_type == "application/problem+json"


def test_a_part_of_another_version_is_sent_whole(shelf: Client, path: str, clip: bytes) -> None:
    etag = shelf.get(f"{path}/original").headers["ETag"]
    same = shelf.get(f"{path}/original", headers={"Range": "bytes=0-0", "If-Range": etag})
    assert (same.status_code, same.get_data()) == (206, clip[:1])
    other = shelf.get(f"{path}/original", headers={"Range": "bytes=0-0", "If-Range": '"other"'})
    assert (other.status_code, other.get_data()) == (200, clip)


def test_a_head_tells_the_size_without_the_bytes(client: Client, clip: bytes) -> None:
    response = client.head(f"/api/videos/{client.bring(clip)['id']}/original")
    assert response.headers["Content-Length"] == str(len(clip))
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.get_data() == b""


def test_what_a_browser_has_is_not_sent_again(shelf: Client, path: str) -> None:
    etag = shelf.get(f"{path}/original").headers["ETag"]
    assert shelf.get(f"{path}/original", headers={"If-None-Match": etag}).status_code == 304


def test_a_download_bears_the_name_in_every_alphabet(client: Client, clip: bytes) -> None:
    path = f"/api/videos/{client.bring(clip)['id']}"
    client.patch(path, json={"original_filename": UNICODE})
    response = client.get(f"{path}/original?download=1")
    header = response.headers["Content-Disposition"]
    assert header.startswith("attachment; ")
    plain, _, coded = header.partition("; filename*=UTF-8''")
    assert unquote(coded) == UNICODE
    assert plain.isascii()
    assert plain.count('"') == 2
    assert response.content_type == "application/octet-stream"
    assert response.get_data() == clip


def test_what_browsers_cannot_play_is_to_be_saved_and_gets_a_copy(
    client: Client, service: Service, odd_clip: bytes
) -> None:
    video = client.bring(odd_clip, "old.avi")
    path = f"/api/videos/{video['id']}"
    assert (video["browser_playable"], video["playable"]) == (False, "preparing")
    original = client.get(f"{path}/original")
    assert original.get_data() == odd_clip
    assert original.content_type == "application/octet-stream"
    assert original.headers["Content-Disposition"].startswith("attachment")
    early = client.get(f"{path}/playable")
    assert (early.status_code, early.get_json()["type"]) == (409, "/problems/conflict")
    work_off(service, JobKind.PROXY)
    assert client.get(path).get_json()["playable"] == "ready"
    copy = client.get(f"{path}/playable", headers={"Range": "bytes=4-7"})
    assert (copy.status_code, copy.content_type) == (206, "video/mp4")
    assert copy.get_data() == b"ftyp"


def test_the_playable_file_of_a_playable_video_is_the_original(client: Client, clip: bytes) -> None:
    assert client.get(f"/api/videos/{client.bring(clip)['id']}/playable").get_data() == clip


def test_a_video_has_a_picture(client: Client, clip: bytes) -> None:
    response = client.get(f"/api/videos/{client.bring(clip)['id']}/poster")
    assert response.content_type == "image/webp"
    assert response.get_data()[8:12] == b"WEBP"
