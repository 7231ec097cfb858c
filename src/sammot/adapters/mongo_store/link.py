"""The connection: one client a process, transactions, and MongoDB's errors in our words."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import pymongo
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    CursorNotFound,
    DuplicateKeyError,
    InvalidName,
    OperationFailure,
    PyMongoError,
)

from sammot.adapters.mongo_store.documents import Document
from sammot.adapters.mongo_store.schema import require_current
from sammot.errors import Conflict, StorageFull, Unavailable

T = TypeVar("T")

_FULL = 14031
_REFUSED = {
    13: "our user may not do this",
    18: "it does not know our user, or the password is another",
    20: "it is not a replica set; one of a single member is enough",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A transaction under way; every operation in it names its session."""

    db: Database[Document]
    session: ClientSession


class Link:
    """Reaches one database, from any thread and from forked processes.

    `patience` is how many seconds a step may take, with all that is tried again in it.
    """

    def __init__(self, url: str, name: str, patience: float) -> None:
        self._url = url
        self._name = name
        self._patience = patience
        self._open()

    def _open(self) -> None:
        try:
            client: MongoClient[Document] = MongoClient(
                self._url,
                connect=False,
                appname="sammot",
                w="majority",  # what was acknowledged survives the loss of a machine,
                readConcernLevel="majority",  # and what was read does not vanish
                retryWrites=True,
                retryReads=True,
                timeoutMS=int(self._patience * 1000),
                serverSelectionTimeoutMS=int(self._patience * 500),
            )
            self._database = client[self._name]
        except InvalidName as error:
            raise Unavailable(f"SAMMOT_MONGO_DATABASE is not usable: {error}.") from error
        except (ConfigurationError, ValueError):  # its words may hold the password
            raise Unavailable("SAMMOT_MONGO_URL is not the address of a MongoDB.") from None
        weakref.finalize(self, client.close).atexit = False
        self._pid = os.getpid()
        self._is_current = False

    @property
    def bare(self) -> Database[Document]:
        """The database, whatever is in it."""
        if self._pid != os.getpid():  # a client does not survive a fork
            self._open()
        return self._database

    @property
    def db(self) -> Database[Document]:
        """The database. Raises Unavailable where a migration is due."""
        database = self.bare
        if not self._is_current:
            with translated():
                require_current(database)
            self._is_current = True
        return database

    def step(self, change: Callable[[Step], T]) -> T:
        """Do `change` in one transaction; it runs again where another's came between."""
        db = self.db
        with translated(), pymongo.timeout(self._patience), db.client.start_session() as session:
            return session.with_transaction(lambda session: change(Step(db, session)))


@contextmanager
def translated() -> Iterator[None]:
    """MongoDB's errors in our words; mistakes in our own commands stay what they are."""
    try:
        yield
    except DuplicateKeyError as error:
        raise Conflict("This is there already.") from error
    except PyMongoError as error:
        code = error.code if isinstance(error, OperationFailure) else None
        if code == _FULL:
            raise StorageFull("The database has no room left; free some and try again.") from error
        if code in _REFUSED:
            raise Unavailable(f"The database refuses: {_REFUSED[code]}.") from error
        if _is_away(error):
            raise Unavailable("The database does not answer; try again in a moment.") from error
        raise


def _is_away(error: PyMongoError) -> bool:
    labels = ("TransientTransactionError", "UnknownTransactionCommitResult", "RetryableWriteError")
    return (
        isinstance(error, ConnectionFailure | CursorNotFound)  # started anew in mid-list
        or error.timeout
        or any(error.has_error_label(label) for label in labels)
    )
