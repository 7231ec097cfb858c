from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from pydantic import TypeAdapter
from pymongo.database import Database

from sammot.adapters.mongo_store.documents import Document
from sammot.adapters.mongo_store.link import Link, Step, translated
from sammot.errors import NotFound

T = TypeVar("T")


class Base:
    """What the parts of the store share: the link, and reading records."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def _db(self) -> Database[Document]:
        return self._link.db

    def _one(
        self, adapter: TypeAdapter[T], name: str, where: Document, step: Step | None = None
    ) -> T | None:
        """A record, as `step` sees it if it is read in one."""
        if step is not None:
            document = step.db[name].find_one(where, {"record": 1}, session=step.session)
        else:
            with translated():
                document = self._db[name].find_one(where, {"record": 1})
        return None if document is None else adapter.validate_python(document["record"])

    def _many(
        self,
        adapter: TypeAdapter[T],
        name: str,
        where: Document,
        sort: Sequence[str] = ("_id",),
    ) -> list[T]:
        with translated():
            documents = list(self._db[name].find(where, {"record": 1}).sort([*sort]))
        return [adapter.validate_python(document["record"]) for document in documents]


def found(record: T | None, message: str) -> T:
    """The record. Raises NotFound where there is none."""
    if record is None:
        raise NotFound(message)
    return record
