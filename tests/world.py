"""A service over a temporary folder, with a fake engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import fake_engine
from sammot.adapters.disk_objects import DiskObjects
from sammot.adapters.memory_cache import MemoryCache
from sammot.adapters.sqlite_store import SqliteStore
from sammot.adapters.store_events import StoreEvents
from sammot.adapters.store_queue import StoreQueue
from sammot.ports import Store
from sammot.records import JobSpec, Priority, Video
from sammot.service import EngineEntry, Policy, Service, World
from sammot.video import Limits

LIMITS = Limits(
    max_bytes=10**12,
    max_seconds=3600,
    max_pixels=4000 * 4000,
    max_frames=100_000,
    cpu_seconds=30,
    memory_bytes=4 * 2**30,
    wall_seconds=60,
)
POLICY = Policy(
    limits=LIMITS,
    max_bytes=10**12,
    min_free_bytes=0,
    upload_expiry=timedelta(hours=1),
    lease=timedelta(seconds=1),
    max_attempts=3,
    backoff=timedelta(0),
)


def a_service(
    folder: Path, *engines: EngineEntry, store: Store | None = None, **policy: Any
) -> Service:
    (folder / "objects").mkdir(parents=True, exist_ok=True)
    store = store or SqliteStore(folder / "store.db")
    known = {entry.name: entry for entry in engines or (fake_engine.entry(),)}
    return Service.over(
        World(
            store=store,
            objects=DiskObjects(folder / "objects"),
            queue=StoreQueue(),
            events=StoreEvents(store),
            cache=MemoryCache(),
            engines=known,
            policy=replace(POLICY, **policy),
        )
    )


def bring(
    service: Service,
    content: bytes,
    name: str = "clip.mp4",
    *,
    engine: str = "fake",
    user_id: str = "local",
    **parameters: Any,
) -> tuple[Video, bool]:
    """Upload some bytes as a file."""
    spec = JobSpec(engine, parameters, Priority.NORMAL)
    upload = service.uploads.begin(user_id, name, len(content), spec)
    service.uploads.append(upload, 0, [content])
    return service.uploads.finish(upload)
