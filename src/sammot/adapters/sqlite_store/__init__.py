"""Videos, jobs, chunks and tracks in one SQLite file: no server, many processes."""

from sammot.adapters.sqlite_store.store import SqliteStore

__all__ = ["SqliteStore"]
