"""Videos, jobs, chunks and tracks in MongoDB: many machines, one record."""

from sammot.adapters.mongo_store.store import MongoStore

__all__ = ["MongoStore"]
