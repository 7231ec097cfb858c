"""A MongoDB for all tests; each finds it empty, and may not make it scan a collection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from sammot.errors import Unavailable
from sammot.stack import free_port, running

if TYPE_CHECKING:
    from sammot.adapters.mongo_store import MongoStore
    from servers.plans import Plans


@dataclass(frozen=True)
class Mongo:
    """A prepared database on a running mongod."""

    url: str
    plans: Plans
    database: str = "sammot"

    def store(self, **options: float) -> MongoStore:
        from sammot.adapters.mongo_store import MongoStore  # noqa: PLC0415 - an optional package

        return MongoStore(self.url, self.database, **options)

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
    from servers.plans import Plans  # noqa: PLC0415 - an optional package

    folder = tmp_path_factory.mktemp("mongo")
    failing = ("--setParameter", "enableTestCommands=1")  # it can be told to fail
    try:
        program, url = mongod_program(folder / "data", free_port(), *failing)
    except Unavailable as error:
        pytest.skip(str(error))
    with running(program, folder / "log"):
        server = Mongo(url, Plans("sammot"))
        list(server.store().migrate())
        yield server


@pytest.fixture
def mongo(mongo_server: Mongo) -> Iterator[Mongo]:
    mongo_server.empty()
    mongo_server.plans.listen()
    yield mongo_server
    assert mongo_server.plans.faults(mongo_server.url) == []


@pytest.fixture
def mongo_store(mongo: Mongo) -> MongoStore:
    return mongo.store()
