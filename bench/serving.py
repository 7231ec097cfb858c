"""Start the service profile with all its servers for a benchmark, and print its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sammot.adapters.mongo_store import MongoStore
from sammot.stack import free_port, running
from sammot.stack.mongod import mongod_program
from stack import Stack, stack


def row(what: str, ours: str, beside: str) -> None:
    print(f"{what:<50}{ours:<42}{beside}", flush=True)


@contextmanager
def service(folder: Path, workers: int, **settings: str) -> Iterator[tuple[Stack, MongoStore]]:
    """The service profile, and its database from behind. Clients may ask as often as they like."""
    program, url = mongod_program(folder / f"mongo-{workers}", free_port())
    with running(program, folder / "mongod.log"):
        store = MongoStore(url, "sammot")
        list(store.migrate())
        settings |= {
            "SAMMOT_PROFILE": "service",
            "SAMMOT_MONGO_URL": url,
            "SAMMOT_WORKERS": str(workers),
            "SAMMOT_RATE_REQUESTS": "1000000/minute",
        }
        with stack(**settings) as product:
            yield product, store
