"""The composition root: here, and nowhere else, concrete things are chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from flask import Flask

from sammot import __version__, logs
from sammot.adapters.disk_objects import DiskObjects
from sammot.adapters.memory_cache import MemoryCache
from sammot.adapters.sqlite_store import SqliteStore
from sammot.adapters.store_events import StoreEvents
from sammot.adapters.store_queue import StoreQueue
from sammot.api.app import create_app
from sammot.api.config import ApiConfig, Rates
from sammot.engines import engines
from sammot.errors import Unavailable
from sammot.ports import Cache, Events, Objects, Queue, Store
from sammot.service import Policy, Service, World
from sammot.settings import Settings
from sammot.video import Limits

if TYPE_CHECKING:
    from sammot.adapters.mongo_store import MongoStore


PATIENCE = 10.0
"""Seconds that a step waits for a MongoDB that is away."""


def service(settings: Settings, *, patience: float = PATIENCE) -> Service:
    """The service over what the settings choose; a step waits `patience` seconds for MongoDB.

    Raises:
        Unavailable: the data folder cannot be made or written, or the settings name no server
            where one is needed. Servers that are named are not asked yet.

    """
    objects, store = _objects(settings), _store(settings, patience)
    queue, events = _queue(settings), _events(settings, store)
    cache = _cache(settings)
    return Service.over(
        World(store, objects, queue, events, cache, engines(settings), _policy(settings))
    )


def migrate(settings: Settings) -> Iterator[str]:
    """Bring the store to this version; what was done. Safe to repeat, and side by side."""
    if settings.profile == "embedded":
        yield "The embedded profile needs no migration: its store prepares itself."
    else:
        yield from _mongo_store(settings).migrate()


def checks(settings: Settings) -> Mapping[str, Callable[[], object]]:
    """What the service leans on: each raises a `SamMotError` that says what is wrong."""
    return {
        "database": lambda: _store(settings).ping(),
        "files": lambda: _objects(settings).ping(),
        "events": lambda: _events(settings, _store(settings)).ping(),
    }


def _objects(settings: Settings) -> Objects:
    folder = _folder(settings.data_dir)
    return DiskObjects(folder) if settings.s3_bucket is None else _s3(settings)


def _s3(settings: Settings) -> Objects:
    with _service_packages():
        from sammot.adapters.s3_objects import Bucket, S3Objects  # noqa: PLC0415
    secret = settings.s3_secret_key
    bucket = Bucket(
        settings.s3_bucket or "",
        endpoint=settings.s3_endpoint,
        public_endpoint=settings.s3_public_endpoint,
        region=settings.s3_region,
        access_key=settings.s3_access_key,
        secret_key=None if secret is None else secret.get_secret_value(),
    )
    return S3Objects(bucket, settings.data_dir / "scratch")


def _store(settings: Settings, patience: float = PATIENCE) -> Store:
    if settings.profile == "embedded":
        return SqliteStore(_folder(settings.data_dir) / "sammot.db")
    return _mongo_store(settings, patience)


def _mongo_store(settings: Settings, patience: float = PATIENCE) -> MongoStore:
    if settings.mongo_url is None:
        raise Unavailable(
            "The service profile keeps its record in MongoDB: set SAMMOT_MONGO_URL, such as"
            " mongodb://user:password@host/?replicaSet=name."
        )
    with _service_packages():
        from sammot.adapters.mongo_store import MongoStore  # noqa: PLC0415
    url = settings.mongo_url.get_secret_value()
    return MongoStore(url, settings.mongo_database, patience=patience)


def _queue(settings: Settings) -> Queue:
    if settings.profile == "embedded":
        return StoreQueue()
    with _service_packages():
        from sammot.adapters.celery_queue import CeleryQueue  # noqa: PLC0415
    return CeleryQueue(redis_url(settings))


def _events(settings: Settings, store: Store) -> Events:
    if settings.profile == "embedded":
        return StoreEvents(store)
    with _service_packages():
        from sammot.adapters.redis_events import RedisEvents  # noqa: PLC0415
    return RedisEvents(store, redis_url(settings))


def _cache(settings: Settings) -> Cache:
    if settings.profile == "embedded":
        return MemoryCache()
    with _service_packages():
        from sammot.adapters.redis_cache import RedisCache  # noqa: PLC0415
    return RedisCache(redis_url(settings))


def _rates(settings: Settings) -> Rates | None:
    if settings.profile == "embedded":
        return None
    with _service_packages():
        import flask_limiter  # noqa: F401, PLC0415 - that it is there

        from sammot.redis_client import patience  # noqa: PLC0415
    requests, beginnings = settings.rate_requests, settings.rate_beginnings
    return Rates(redis_url(settings), requests, beginnings, patience())


def redis_url(settings: Settings) -> str:
    """Where the broker is. Raises Unavailable where the settings do not say it."""
    if settings.redis_url is None:
        raise Unavailable(
            "The service profile tells workers and watchers through Redis: set SAMMOT_REDIS_URL,"
            " such as redis://:password@host:6379/0."
        )
    return settings.redis_url.get_secret_value()


@contextmanager
def _service_packages() -> Iterator[None]:
    """Around the imports that the embedded profile does without."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"The service profile needs the package {error.name}: pip install 'sammot[service]'."
        ) from error


def web() -> Flask:
    """The WSGI application by the environment's settings: what Gunicorn is told to load."""
    settings = Settings()
    logs.configure(settings.log_level)
    hosts = frozenset((*settings.allowed_hosts, settings.host))
    config = ApiConfig(
        __version__,
        hosts,
        spool_dir=settings.data_dir,
        metrics_token=settings.metrics_token.get_secret_value(),
        proxies=settings.proxies,
        files_location=settings.files_location,
        rates=_rates(settings),
    )
    return create_app(service(settings), config)


def openapi() -> dict[str, Any]:
    """The OpenAPI document of the HTTP API."""
    with TemporaryDirectory() as folder:
        app = create_app(
            service(Settings(data_dir=Path(folder), profile="embedded")), ApiConfig(__version__)
        )
        answer = app.test_client().get("/api/openapi.json")
        document: dict[str, Any] = answer.get_json()
    return document


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(f"The data folder {path} cannot be made: {error.strerror}.") from error
    return path


def limits(settings: Settings) -> Limits:
    """What a video may be, and what looking at it may cost."""
    return Limits(
        max_bytes=settings.max_bytes,
        max_seconds=settings.max_seconds,
        max_pixels=settings.max_pixels,
        max_frames=settings.max_frames,
        cpu_seconds=settings.probe_cpu_seconds,
        memory_bytes=settings.probe_memory_bytes,
        wall_seconds=settings.probe_wall_seconds,
    )


def _policy(settings: Settings) -> Policy:
    return Policy(
        limits=limits(settings),
        max_bytes=settings.max_bytes,
        min_free_bytes=settings.min_free_bytes,
        upload_expiry=timedelta(seconds=settings.upload_expiry_seconds),
        lease=timedelta(seconds=settings.lease_seconds),
        max_attempts=settings.max_attempts,
        backoff=timedelta(seconds=settings.backoff_seconds),
        span_frames=settings.span_frames,
        retention=timedelta(days=settings.retention_days) or None,
    )
