from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sammot import bootstrap, doctor
from sammot.cli import main
from sammot.doctor import Finding, Verdict, examine
from sammot.records import JobKind
from sammot.settings import Settings
from servers.mongo import Mongo
from servers.redis import RedisServer


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page is built."""
    page = tmp_path / "index.html"
    page.touch()
    monkeypatch.setattr(doctor, "_PAGE", page)
    return page


@pytest.fixture
def settings(tmp_path: Path, page: Path) -> Settings:
    assert page.exists()
    return Settings(data_dir=tmp_path / "data", min_free_bytes=0)


def found(settings: Settings) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(settings)}


def faults(settings: Settings) -> dict[str, Finding]:
    return {name: f for name, f in found(settings).items() if f.verdict is Verdict.FAULT}


def run(folder: Path, *arguments: str) -> Result:
    environment = {"SAMMOT_DATA_DIR": str(folder)}
    return CliRunner().invoke(main, ["doctor", *arguments], env=environment)


def test_a_sound_machine_has_no_fault(settings: Settings) -> None:
    assert faults(settings) == {}
    named = found(settings)
    assert {"python", "av", "codecs", "data folder", "database", "files", "gpu"} <= named.keys()
    assert "GiB free" in named["data folder"].detail


def test_every_fault_and_warning_says_what_to_do(settings: Settings) -> None:
    broken = settings.model_copy(update={"profile": "service", "data_dir": Path("/dev/null/x")})
    wrong = [f for f in examine(broken) if f.verdict is not Verdict.OK]
    assert len(wrong) >= 4
    assert [finding.name for finding in wrong if not finding.remedy] == []


def test_kinds_of_jobs_that_nobody_takes_are_told(settings: Settings) -> None:
    bootstrap.service(settings).leases.announce_worker("here:1", [JobKind.TRACK])
    named = found(settings)
    assert named["workers: track"].verdict is Verdict.OK
    assert named["workers: render"].verdict is Verdict.WARNING
    assert "sammot worker --queues render" in named["workers: render"].remedy


def test_a_package_that_is_missing_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = ["not-a-package>=1", 'nor-this>=2; extra == "service"', 'other; extra == "sam"']
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: needed)
    assert faults(settings).keys() == {"not-a-package"}
    service = faults(settings.model_copy(update={"profile": "service"}))
    assert service["nor-this"].remedy == "pip install 'sammot[service]'"


def test_codecs_and_a_page_that_are_missing_are_told(
    settings: Settings, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.unlink()
    monkeypatch.setattr(doctor, "_CODECS", ("h264", "not-a-codec"))
    missing = faults(settings)
    assert missing.keys() == {"codecs", "page"}
    assert missing["codecs"].detail == "lacks not-a-codec"


def test_a_service_without_its_servers_is_told_what_to_set(settings: Settings) -> None:
    pytest.importorskip("pymongo", reason="the service profile is not installed")
    named = found(settings.model_copy(update={"profile": "service"}))
    assert named["database"].verdict is Verdict.FAULT
    assert "SAMMOT_MONGO_URL" in named["database"].detail


def test_the_real_servers_are_told_with_their_versions(
    settings: Settings, mongo: Mongo, redis_server: RedisServer
) -> None:
    chosen = settings.model_dump() | {
        "profile": "service",
        "mongo_url": mongo.url,
        "mongo_database": mongo.database,
        "redis_url": redis_server.url,
    }
    named = found(Settings.model_validate(chosen))
    assert named["database"].detail.startswith("MongoDB ")
    assert named["events"].detail.startswith("Redis ")
    away = found(Settings.model_validate(chosen | {"redis_url": "redis://127.0.0.1:9/0"}))
    assert away["events"].verdict is Verdict.WARNING
    assert "SAMMOT_REDIS_URL" in away["events"].remedy


def test_the_exit_status_says_whether_something_is_wrong(tmp_path: Path, page: Path) -> None:
    assert run(tmp_path).exit_code == 0
    page.unlink()
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "./dev up builds it." in result.output


def test_programs_get_all_of_it_as_json(tmp_path: Path, page: Path) -> None:
    assert page.exists()
    listed = json.loads(run(tmp_path, "--json").output)
    assert {"name", "verdict", "detail", "remedy"} == listed[0].keys()
    assert {entry["verdict"] for entry in listed} <= {"ok", "warning", "fault"}
