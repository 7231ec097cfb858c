from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sammot import bootstrap
from sammot.cli import main
from sammot.errors import SamMotError, Unavailable
from sammot.settings import Settings
from sammot.stack import free_port
from servers.mongo import Mongo

NOBODY = "redis://:sesame@127.0.0.1:1/0"
"""Hints are not waited for."""


def chosen(folder: Path, **settings: Any) -> Settings:
    return Settings(data_dir=folder, profile="service", **{"redis_url": NOBODY} | settings)


def migrated(*, url: str, database: str = "sammot") -> Result:
    named = {"PROFILE": "service", "MONGO_URL": url, "MONGO_DATABASE": database}
    environment = {f"SAMMOT_{name}": value for name, value in named.items()}
    return CliRunner().invoke(main, ["migrate"], env=environment)


def test_the_service_profile_asks_for_its_database(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="set SAMMOT_MONGO_URL"):
        bootstrap.service(chosen(tmp_path))


@pytest.mark.parametrize(
    "url", ["mongodb://me:sesame@host:port", "http://sesame", "mongodb://me:se/same@host"]
)
def test_a_wrong_address_is_told_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(Unavailable, match="SAMMOT_MONGO_URL") as caught:
        bootstrap.service(chosen(tmp_path, mongo_url=url))
    assert "sesame" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_the_service_profile_asks_for_its_broker(mongo: Mongo, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="set SAMMOT_REDIS_URL"):
        bootstrap.service(chosen(tmp_path, mongo_url=mongo.url, redis_url=None))


@pytest.mark.parametrize("url", ["http://:sesame@host", "redis://:sesame@host:port/0"])
def test_a_wrong_address_of_redis_is_told_without_its_password(
    mongo: Mongo, tmp_path: Path, url: str
) -> None:
    with pytest.raises(Unavailable, match="SAMMOT_REDIS_URL") as caught:
        bootstrap.service(chosen(tmp_path, mongo_url=mongo.url, redis_url=url))
    assert "sesame" not in repr(caught.value)
    assert caught.value.__suppress_context__


def test_a_database_without_a_migration_is_refused_with_the_remedy(
    mongo: Mongo, tmp_path: Path
) -> None:
    service = bootstrap.service(chosen(tmp_path, mongo_url=mongo.url, mongo_database="empty"))
    for ask in (service.world.store.ping, service.library.purge):
        with pytest.raises(Unavailable, match="sammot migrate"):
            ask()


def test_migrating_prepares_a_database_and_says_what_it_did(mongo: Mongo, tmp_path: Path) -> None:
    first = migrated(url=mongo.url, database="other")
    assert first.exit_code == 0, first.output
    assert "videos: created" in first.output
    again = migrated(url=mongo.url, database="other")
    assert "videos: was there" in again.output
    settings = chosen(tmp_path, mongo_url=mongo.url, mongo_database="other")
    bootstrap.service(settings).world.store.ping()


def test_the_web_process_begins_though_its_bucket_is_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("boto3", reason="the service profile is not installed")
    nobody = f"http://127.0.0.1:{free_port()}"
    named = {"DATA_DIR": str(tmp_path), "S3_BUCKET": "videos", "S3_ENDPOINT": nobody}
    for name, value in {**named, "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "b"}.items():
        monkeypatch.setenv(f"SAMMOT_{name}", value)
    assert bootstrap.web().test_client().get("/api/videos").status_code == 200


def test_the_embedded_profile_needs_no_migration() -> None:
    result = CliRunner().invoke(main, ["migrate"], env={"SAMMOT_PROFILE": "embedded"})
    assert (result.exit_code, "no migration" in result.output) == (0, True)


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in sys.modules if name.startswith("sammot.adapters.mongo_store")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pymongo", None)
    with pytest.raises(SamMotError, match=r"pymongo: pip install 'sammot\[service\]'"):
        bootstrap.service(chosen(tmp_path, mongo_url="mongodb://host"))
