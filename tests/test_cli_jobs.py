from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clips import Clip
from sammot import bootstrap
from sammot.cli import main
from sammot.records import JobState, Priority
from sammot.service import Service
from sammot.settings import Settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAMMOT_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def service(folder: Path) -> Service:
    return bootstrap.service(Settings(data_dir=folder / "data", max_attempts=1))


def jobs(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["jobs", *arguments])


def a_queued_job(service: Service, folder: Path, name: str, count: int) -> str:
    content = Clip(count=count).write(folder / name).read_bytes()
    spec = service.uploads.spec("motion", {}, Priority.NORMAL)
    upload = service.uploads.begin("local", name, len(content), spec)
    service.uploads.append(upload, 0, [content])
    video, _ = service.uploads.finish(upload)
    assert video.job_id is not None
    return video.job_id


@pytest.fixture
def dead(service: Service, folder: Path) -> str:
    """A job that has used its attempts up."""
    a_queued_job(service, folder, "one.mp4", 4)
    job = service.leases.claim("here:1", ["track"])
    assert job is not None
    service.leases.fail(job, "The motion step failed.", code="Test", is_final=False)
    return job.id


def test_jobs_are_listed_with_the_reasons_of_their_failures(
    service: Service, folder: Path, dead: str
) -> None:
    waiting = a_queued_job(service, folder, "two.mp4", 5)
    listed = jobs()
    assert listed.exit_code == 0, listed.output
    assert listed.output.index(waiting) < listed.output.index(dead)
    failed = jobs("--state", "failed")
    assert waiting not in failed.output
    assert failed.exit_code == 0, failed.output
    head, reason = failed.output.splitlines()
    assert head.startswith(f"{dead}  track  failed")
    assert "attempt 1" in reason
    assert reason.endswith("The motion step failed.")


def test_a_list_ends_where_it_was_told_to(service: Service, folder: Path, dead: str) -> None:
    a_queued_job(service, folder, "two.mp4", 5)
    assert dead not in jobs("--limit", "1").output
    assert jobs("--user", "somebody").output == ""


def test_a_dead_job_is_queued_again_by_hand(service: Service, dead: str) -> None:
    result = jobs("retry", dead)
    assert result.exit_code == 0, result.output
    assert service.world.store.get_job(dead).state is JobState.QUEUED


def test_what_cannot_be_queued_again_is_told_and_keeps_nothing_else_from_it(
    service: Service, dead: str
) -> None:
    result = jobs("retry", "nonsense", dead)
    assert result.exit_code == 1
    assert "nonsense: There is no such job." in result.output
    assert "1 of 2" in result.output
    assert service.world.store.get_job(dead).state is JobState.QUEUED
