from __future__ import annotations

from pathlib import Path

import pytest

from sammot.errors import Unavailable
from sammot.stack import free_port, running
from servers.mongo import Mongo

pymongo = pytest.importorskip("pymongo", reason="the service profile is not installed")


def test_mongod_takes_transactions(mongo: Mongo) -> None:
    with pymongo.MongoClient(mongo.url) as client, client.start_session() as session:
        tallies = client[mongo.database].tallies
        with session.start_transaction():
            tallies.insert_one({"_id": "a", "amount": 1}, session=session)
            session.abort_transaction()
        assert tallies.find_one() is None


def test_mongod_started_again_has_kept_its_data(tmp_path: Path) -> None:
    from sammot.stack.mongod import mongod_program  # noqa: PLC0415 - an optional package

    port = free_port()  # the same: a replica set knows itself by its address
    for count in (0, 1):
        program, url = mongod_program(tmp_path / "data", port)
        with running(program, tmp_path / "log"), pymongo.MongoClient(url) as client:
            assert client.test.things.count_documents({}) == count
            client.test.things.insert_one({})


def test_without_a_mongod_the_remedy_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from sammot.stack import mongod  # noqa: PLC0415 - an optional package

    broken = tmp_path / "mongod"
    broken.write_text("#!/bin/sh\necho libcurl.so.4 is not there >&2; exit 127\n")
    broken.chmod(0o755)
    monkeypatch.setattr(mongod, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match=r"libcurl\.so\.4.*apt-get install libcurl4"):
        mongod.mongod_program(tmp_path, 1)
    broken.unlink()
    with pytest.raises(Unavailable, match="pip install"):
        mongod.mongod_program(tmp_path, 1)
