"""A MongoDB for all tests; each finds it empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from sammot.errors import Unavailable
from sammot.stack import free_port, running

if TYPE_CHECKING:
    from sammot.adapters.mongo_store import MongoStore


@dataclass(frozen=True)
class Mongo:
    """A prepared database on a running mongod."""

    url: str
    database: str

    def store(self) -> MongoStore:
        from sammot.adapters.mongo_store import MongoStore  # noqa: PLC0415 - an optional package

        return MongoStore(self.url, self.database)

    def empty(self) -> None:
        """Forget all but the schema: a hundred times as fast as another database."""
        from pymongo import MongoClient  # noqa: PLC0415 - an optional package

        with MongoClient(self.url) as client:
            database = client[self.database]
            for name in database.list_collection_names():
                database[name].delete_many({"_id": {"$ne": "schema"}})


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongo]:
    pytest.importorskip("pymongo", reason="the service profile is not installed")
    from sammot.stack.mongod import mongod_program  # noqa: PLC0415 - an optional package

    folder = tmp_path_factory.mktemp("mongo")
    failing = ("--setParameter", "enableTestCommands=1")  # it can be told to fail
    try:
        program, url = mongod_program(folder / "data", free_port(), *failing)
    except Unavailable as error:
        pytest.skip(str(error))
    with running(program, folder / "log"):
        server = Mongo(url, "sammot")
        store = server.store()
        list(store.migrate())
        store.close()
        yield server


@pytest.fixture
def mongo(mongo_server: Mongo) -> Mongo:
    mongo_server.empty()
    return mongo_server


@pytest.fixture
def mongo_store(mongo: Mongo) -> Iterator[MongoStore]:
    store = mongo.store()
    yield store
    store.close()
