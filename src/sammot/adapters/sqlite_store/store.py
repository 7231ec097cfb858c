from __future__ import annotations

from sammot.adapters.sqlite_store.results import Results


class SqliteStore(Results):
    """The embedded `Store`: one file, one connection a thread, write-ahead log."""

    def ping(self) -> None:
        self._rows("SELECT revision FROM counter")
