from __future__ import annotations

import pytest

from api_client import Client, work_off
from sammot.records import JobKind
from sammot.service import Service


def test_a_job_tells_all_about_itself(client: Client, service: Service, clip: bytes) -> None:
    video = client.bring(clip)
    path = f"/api/jobs/{video['job_id']}"
    before = client.get(path).get_json()
    assert (before["video_id"], before["kind"], before["state"]) == (video["id"], "track", "queued")
    assert (before["queue_position"], before["priority"], before["progress"]) == (0, "normal", 0)
    work_off(service, JobKind.TRACK)
    after = client.get(path).get_json()
    assert (after["state"], after["progress"], after["queue_position"]) == ("completed", 1, None)
    assert after["attempt"] == 1
    assert after["started_at"] <= after["finished_at"]


def test_jobs_are_listed_newest_first_and_by_their_properties(
    client: Client, clip: bytes, odd_clip: bytes
) -> None:
    first, second = client.bring(clip), client.bring(odd_clip, "old.avi")
    jobs = client.get("/api/jobs").get_json()
    assert jobs["total"] == 3
    assert {job["video_id"] for job in jobs["items"][:2]} == {second["id"]}
    for query, ids in (
        ("kind=proxy", {second["id"]}),
        (f"video_id={first['id']}", {first["id"]}),
        ("state=completed", set()),
    ):
        items = client.get(f"/api/jobs?{query}").get_json()["items"]
        assert {job["video_id"] for job in items} == ids, query
    page = client.get("/api/jobs?limit=2").get_json()
    rest = client.get(f"/api/jobs?limit=2&cursor={page['next_cursor']}").get_json()
    assert [job["id"] for job in page["items"] + rest["items"]] == [
        job["id"] for job in jobs["items"]
    ]


def test_a_video_is_tracked_again_with_other_parameters(client: Client, clip: bytes) -> None:
    video = client.bring(clip)
    wish = {"engine": "fake", "parameters": {"depth": 2}, "priority": "low"}
    response = client.post(f"/api/videos/{video['id']}/jobs", json=wish)
    assert response.status_code == 201
    job = response.get_json()
    assert (job["parameters"], job["priority"]) == ({"depth": 2}, "low")
    assert client.get(f"/api/videos/{video['id']}").get_json()["job_id"] == job["id"]
    assert client.get(f"/api/jobs/{video['job_id']}").get_json()["state"] == "cancelled"


def test_an_empty_wish_takes_the_defaults(client: Client, clip: bytes) -> None:
    job = client.post(f"/api/videos/{client.bring(clip)['id']}/jobs", json={}).get_json()
    assert (job["engine"], job["parameters"], job["priority"]) == ("fake", {}, "normal")


@pytest.mark.parametrize(
    "wish",
    [
        {"engine": "none"},
        {"parameters": {"nonsense": 1}},
        {"parameters": 3},
        {"priority": 1},
        {"priority": "soon"},
        {"speed": "fast"},
    ],
)
def test_a_wish_that_means_nothing_is_refused_and_changes_nothing(
    client: Client, clip: bytes, wish: dict[str, object]
) -> None:
    video = client.bring(clip)
    assert client.post(f"/api/videos/{video['id']}/jobs", json=wish).status_code == 422
    assert client.get(f"/api/jobs/{video['job_id']}").get_json()["state"] == "queued"


def test_a_cancelled_job_is_retried(client: Client, service: Service, clip: bytes) -> None:
    video = client.bring(clip)
    path = f"/api/jobs/{video['job_id']}"
    assert client.post(f"{path}/cancel").get_json()["state"] == "cancelled"
    assert client.get(f"/api/videos/{video['id']}").get_json()["status"] == "cancelled"
    assert client.post(f"{path}/cancel").status_code == 409
    assert client.post(f"{path}/retry").get_json()["state"] == "queued"
    work_off(service)
    assert client.post(f"{path}/retry").status_code == 409
    assert client.get(f"/api/videos/{video['id']}").get_json()["status"] == "completed"


def test_a_failed_job_tells_why(client: Client, service: Service, clip: bytes) -> None:
    video = client.bring(clip, parameters='{"breaks_at": 20}')
    work_off(service)
    job = client.get(f"/api/jobs/{video['job_id']}").get_json()
    assert job["state"] == "failed"
    assert job["error_message"]
    assert [failure["attempt"] for failure in job["failures"]]
    assert job["frames_ready"] == 16
    status = client.get(f"/api/videos/{video['id']}/status").get_json()
    assert (status["status"], status["error_message"]) == ("failed", job["error_message"])
    shown = client.get(f"/api/videos/{video['id']}").get_json()
    codes = {one["error_code"] for one in (job, status, shown)}
    assert codes == {failure["code"] for failure in job["failures"]} == {"RuntimeError"}


def test_an_engine_without_prompts_says_so(client: Client, clip: bytes) -> None:
    wish = {"engine": "fake", "prompts": [{"object": 1, "frame": 0, "box": [5, 5, 30, 30]}]}
    answer = client.post(f"/api/videos/{client.bring(clip)['id']}/jobs", json=wish)
    assert answer.status_code == 422
    assert "takes no prompts" in answer.get_json()["detail"]
