from __future__ import annotations

from typing import NamedTuple, TypeVar

from pydantic import TypeAdapter
from pymongo import ASCENDING, DESCENDING
from pymongo.collection import Collection

from sammot.adapters.mongo_store.documents import Document, folded
from sammot.cursors import read_cursor, write_cursor
from sammot.ports import JobQuery, VideoQuery
from sammot.records import Page

T = TypeVar("T")


class Order(NamedTuple):
    """What a list is sorted by; the id decides between equals."""

    field: str
    descending: bool


def page(
    collection: Collection[Document],
    adapter: TypeAdapter[T],
    order: Order,
    where: Document,
    query: VideoQuery | JobQuery,
    total: int,
) -> Page[T]:
    """A page by keyset: (field, id) of the last document is where the next page begins."""
    way = DESCENDING if order.descending else ASCENDING
    if query.cursor:
        where = {**where, **_behind(order, query.cursor)}
    found = collection.find(where, {"record": 1, order.field: 1})
    found = found.sort([(order.field, way), ("_id", way)]).limit(query.limit + 1)
    documents = list(found)
    items = [adapter.validate_python(document["record"]) for document in documents[: query.limit]]
    if len(documents) <= query.limit:
        return Page(items, None, total)
    last = documents[query.limit - 1]
    value = last[order.field]
    if isinstance(value, str):  # as it is written, not as it is compared
        value = last["record"][order.field]
    return Page(items, write_cursor(value, last["_id"]), total)


def _behind(order: Order, cursor: str) -> Document:
    """What lies behind a cursor; the outer bound is where the index is entered."""
    value, record_id = read_cursor(cursor)
    value = folded(value) if isinstance(value, str) else value
    beyond = "$lt" if order.descending else "$gt"
    return {
        order.field: {f"{beyond}e": value},
        "$or": [{order.field: {beyond: value}}, {"_id": {beyond: record_id}}],
    }
