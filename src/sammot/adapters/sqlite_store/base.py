from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter

from sammot.adapters.sqlite_store.schema import SCHEMA
from sammot.cursors import read_cursor, write_cursor
from sammot.errors import Conflict, NotFound, StorageFull, Unavailable
from sammot.ports import JobQuery, VideoQuery
from sammot.records import Page

T = TypeVar("T")


class Order(NamedTuple):
    """By what a table's rows are listed."""

    table: str
    field: str
    descending: bool


class Base:
    """What the parts of the store share: the connection, steps, and reading records."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        with translated():
            self._db.executescript(SCHEMA)

    @property
    def _db(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
        return connection

    @contextmanager
    def _step(self) -> Iterator[sqlite3.Connection]:
        """One atomic step: the write lock is taken first, so what is read stays true."""
        with translated():
            db = self._db
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # some failures have rolled back by themselves
                    db.execute("ROLLBACK")
                raise

    def _rows(self, sql: str, *values: object) -> list[Any]:
        with translated():
            return self._db.execute(sql, values).fetchall()

    def _one(self, adapter: TypeAdapter[T], sql: str, *values: object) -> T | None:
        return next(iter(self._many(adapter, sql, *values)), None)

    def _many(self, adapter: TypeAdapter[T], sql: str, *values: object) -> list[T]:
        return [adapter.validate_json(row[0]) for row in self._rows(sql, *values)]

    def _page(
        self,
        adapter: TypeAdapter[T],
        order: Order,
        where: str,
        values: list[Any],
        query: VideoQuery | JobQuery,
    ) -> Page[T]:
        """A page by keyset: (field, id) of the last row is where the next page begins."""
        field, way = order.field, "DESC" if order.descending else "ASC"
        ((total,),) = self._rows(f"SELECT count(*) FROM {order.table} WHERE {where}", *values)
        if query.cursor:
            where = f"{where} AND ({field}, id) {'<' if order.descending else '>'} (?, ?)"
            values = [*values, *read_cursor(query.cursor)]
        sql = (
            f"SELECT record, {field}, id FROM {order.table} WHERE {where}"
            f" ORDER BY {field} {way}, id {way} LIMIT ?"
        )
        rows = self._rows(sql, *values, query.limit + 1)
        items = [adapter.validate_json(row[0]) for row in rows[: query.limit]]
        last = rows[query.limit - 1] if len(rows) > query.limit else None
        return Page(items, write_cursor(last[1], last[2]) if last else None, total)


@contextmanager
def translated() -> Iterator[None]:
    """SQLite's errors in our words; mistakes in our own statements stay what they are."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.IntegrityError as error:
        raise Conflict("This is there already.") from error
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise StorageFull("The disk is full; free some space and try again.") from error
        raise Unavailable(f"The database does not answer: {error}.") from error


def found(record: T | None, message: str) -> T:
    """The record. Raises NotFound where there is none."""
    if record is None:
        raise NotFound(message)
    return record


def marks(values: Sequence[object]) -> str:
    """One question mark for each."""
    return ", ".join("?" * len(values))
