"""What the database must hold before the store works: collections, their shape, their indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pymongo
from pymongo import ASCENDING, IndexModel
from pymongo.database import Database
from pymongo.errors import OperationFailure

from sammot.errors import Unavailable

VERSION = 1
"""Raised by every change below. A migration only adds, so that the version before it still works
while machines are replaced one by one.
"""

_NAMESPACE_EXISTS = 48


@dataclass(frozen=True, slots=True)
class Index:
    """`fields` are ascending: MongoDB reads an index in both directions."""

    name: str
    fields: tuple[str, ...]
    is_unique: bool = False
    where: Mapping[str, object] | None = None
    """Only documents that are so are in the index; a query must say the same."""

    @property
    def model(self) -> IndexModel:
        options: dict[str, Any] = {"unique": True} if self.is_unique else {}
        if self.where is not None:
            options["partialFilterExpression"] = self.where
        return IndexModel([(field, ASCENDING) for field in self.fields], name=self.name, **options)


@dataclass(frozen=True, slots=True)
class Collection:
    """`types` are BSON's names, by field; all of these fields must be there."""

    name: str
    types: Mapping[str, str]
    indexes: Sequence[Index] = ()

    @property
    def validator(self) -> dict[str, Any]:
        properties = {field: {"bsonType": kind} for field, kind in self.types.items()}
        return {"$jsonSchema": {"required": [*self.types], "properties": properties}}


_SHOWN = ("user_id", "is_deleted")

COLLECTIONS = (
    Collection("counters", {"value": "number"}),
    Collection("workers", {"alive_until": "double"}, [Index("by_expiry", ("alive_until",))]),
    Collection(
        "uploads",
        {"expires_at": "double", "record": "object"},
        [Index("by_expiry", ("expires_at",))],
    ),
    Collection(
        "videos",
        {
            "user_id": "string",
            "sha256": "string",
            "status": "string",
            "original_filename": "string",
            "upload_time": "double",
            "duration": "number",
            "file_size": "number",
            "is_deleted": "bool",
            "is_pinned": "bool",
            "is_numbered": "bool",
            "record": "object",
        },
        [
            Index("by_hash", ("user_id", "sha256"), is_unique=True, where={"is_deleted": False}),
            Index("by_time", (*_SHOWN, "upload_time", "_id")),
            Index("by_name", (*_SHOWN, "original_filename", "_id")),
            Index("by_duration", (*_SHOWN, "duration", "_id")),
            Index("by_size", (*_SHOWN, "file_size", "_id")),
            Index("by_status", (*_SHOWN, "status", "upload_time", "_id")),
            Index(
                "by_age", ("upload_time", "_id"), where={"is_deleted": False, "is_pinned": False}
            ),
            Index("by_deletion", ("deleted_at",), where={"is_deleted": True}),
            Index("by_position", ("position",)),
            Index("not_numbered", ("is_numbered",), where={"is_numbered": False}),
        ],
    ),
    Collection(
        "video_counts",
        {"user_id": "string", "count": "object"},
        [Index("by_user", ("user_id",))],
    ),
    Collection("tallies", {"amount": "number"}),
    Collection(
        "jobs",
        {
            "video_id": "string",
            "user_id": "string",
            "kind": "string",
            "state": "string",
            "priority": "number",
            "created_at": "double",
            "not_before": "double",
            "record": "object",
        },
        [
            Index("by_turn", ("state", "kind", "priority", "created_at", "_id", "not_before")),
            Index("by_user", ("user_id", "created_at", "_id")),
            Index("by_state", ("user_id", "state", "created_at", "_id")),
            Index("by_video", ("video_id", "created_at", "_id")),
        ],
    ),
    Collection(
        "chunks",
        {
            "job_id": "string",
            "chunk": "number",
            "part": "number",
            "start": "number",
            "stop": "number",
            "content": "binData",
        },
        # It holds all of `chunk_bounds`: a long result's frames are not read to list its chunks.
        [Index("by_job", ("job_id", "chunk", "part", "start", "stop"))],
    ),
    Collection(
        "snapshots",
        {"job_id": "string", "part": "number", "content": "binData"},
        [Index("by_job", ("job_id", "part"))],
    ),
    Collection(
        "tracks",
        {"job_id": "string", "track_id": "number", "record": "object"},
        [Index("by_job", ("job_id", "track_id"))],
    ),
)


def require_current(database: Database[dict[str, Any]]) -> None:
    """Raise Unavailable where a migration is due."""
    found = database.counters.find_one("schema")
    if found is None or found["value"] < VERSION:
        raise Unavailable("The database is not prepared for this version: run `sammot migrate`.")


def migrate(database: Database[dict[str, Any]]) -> Iterator[str]:
    """Bring the database to this version; what was done. Safe to repeat, and side by side."""
    server = database.client.admin.command("hello")
    if "setName" not in server and server.get("msg") != "isdbgrid":
        raise Unavailable("This MongoDB is not a replica set; one of a single member is enough.")
    for collection in COLLECTIONS:
        yield f"{collection.name}: {_shape(database, collection)}"
        if added := _index(database, collection):
            yield f"{collection.name}: indexes {', '.join(added)} created"
    version = {"$max": {"value": VERSION}}
    database.counters.update_one({"_id": "schema"}, version, upsert=True)
    yield f"schema: version {VERSION}"


def _shape(database: Database[dict[str, Any]], collection: Collection) -> str:
    """Create a collection, or bring its validator up to date."""
    name, validator = collection.name, collection.validator
    try:
        database.create_collection(name, check_exists=False, validator=validator)
    except OperationFailure as error:
        if error.code != _NAMESPACE_EXISTS:
            raise
    else:
        return "created"
    (found,) = database.list_collections(filter={"name": name})
    if found["options"].get("validator") == validator:
        return "was there"
    database.command("collMod", name, validator=validator)
    return "checks changed"


def _index(database: Database[dict[str, Any]], collection: Collection) -> list[str]:
    """Create the indexes that are missing; their names."""
    found = database[collection.name].index_information()
    missing = [index for index in collection.indexes if index.name not in found]
    if not missing:
        return []
    with pymongo.timeout(None):  # it takes as long as there are documents
        return database[collection.name].create_indexes([index.model for index in missing])
