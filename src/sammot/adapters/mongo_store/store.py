from __future__ import annotations

from collections.abc import Iterator

from sammot.adapters.mongo_store import schema
from sammot.adapters.mongo_store.jobs import Jobs
from sammot.adapters.mongo_store.link import Link, translated
from sammot.adapters.mongo_store.results import Results
from sammot.adapters.mongo_store.videos import Videos


class MongoStore(Videos, Jobs, Results):
    """The service's `Store`: one database of a replica set, or of a sharded cluster.

    It connects when it is first used, in each process anew, and does not work on a database that
    lacks a migration. It is Unavailable when nothing has come of a step for `patience` seconds.
    """

    def __init__(self, url: str, database: str, *, patience: float = 10.0) -> None:
        super().__init__(Link(url, database, patience))

    def ping(self) -> None:
        with translated():
            schema.require_current(self._link.bare)

    def migrate(self) -> Iterator[str]:
        """Create what is missing, and say what was done; building an index may take its time."""
        with translated():
            yield from schema.migrate(self._link.bare)
