"""What is measured, at `/metrics`: the requests of this machine's web processes, and what the store
knows of all jobs and workers.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from hmac import compare_digest
from itertools import accumulate

from flask import Blueprint, Request, Response, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from werkzeug.exceptions import NotFound

from sammot.api.context import current_config, current_service
from sammot.errors import SamMotError
from sammot.records import JobKind
from sammot.service import World
from sammot.service.tallies import SECONDS, totals

blueprint = Blueprint("prometheus", __name__)

REQUEST_SECONDS = Histogram(
    "sammot_request_seconds",
    "From a request to the beginning of its answer.",
    ["method", "route", "status"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
    registry=None,
)
UPLOAD_BYTES = Counter("sammot_upload_bytes", "Bytes of videos that came in.", registry=None)
EVENT_STREAMS = Gauge(
    "sammot_event_streams",
    "Open event streams.",
    multiprocess_mode="livesum",
    registry=None,
)


def observe(request: Request, response: Response, seconds: float) -> None:
    """Count one request, under its route: never under its path, which anybody can make up."""
    rule = request.url_rule
    known = (request.method, rule.rule) if rule else ("other", "none")
    REQUEST_SECONDS.labels(*known, response.status_code).observe(seconds)


@blueprint.get("/metrics")
def metrics() -> Response:
    """All of it, for those on this machine and for those who know the token."""
    if not (_knows_token() or _is_from_here()):
        raise NotFound("The page has no such part.")
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        for metric in (REQUEST_SECONDS, UPLOAD_BYTES, EVENT_STREAMS):
            registry.register(metric)
    registry.register(_Known(current_service().world))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _knows_token() -> bool:
    token = current_config().metrics_token
    given = request.headers.get("Authorization", "")
    return bool(token) and compare_digest(given.encode(), f"Bearer {token}".encode())


def _is_from_here() -> bool:
    """Whether this machine asks, for itself: a proxy on it asks for others."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:  # a socket of the file system
        return False


class _Known(Collector):
    """What the store knows. Every web process tells the same: take the maximum, not the sum."""

    def __init__(self, world: World) -> None:
        self._world = world

    def collect(self) -> Iterator[Metric]:
        parts = {
            "store": self._of_store,
            "objects": self._of_objects,
            "events": self._of_events,
        }
        for part, read in parts.items():
            try:
                found, is_up = list(read()), 1.0
            except SamMotError:
                found, is_up = [], 0.0
            yield GaugeMetricFamily(f"sammot_{part}_up", f"Whether the {part} answer.", is_up)
            yield from found

    def _of_store(self) -> Iterator[Metric]:
        yield from self._queue()
        yield from self._totals()

    def _queue(self) -> Iterator[Metric]:
        store = self._world.store
        names = ["kind", "state", "priority"]
        jobs = GaugeMetricFamily("sammot_jobs", "Jobs that wait and run.", labels=names)
        for (kind, state, priority), count in store.queue_lengths().items():
            jobs.add_metric([kind, state, priority.name.lower()], count)
        yield jobs
        workers = GaugeMetricFamily("sammot_workers", "Workers that live.", labels=["kind"])
        alive = store.live_workers(self._world.now())
        for kind in JobKind:
            workers.add_metric([kind], alive.get(kind, 0))
        yield workers

    def _totals(self) -> Iterator[Metric]:
        known = totals(self._world.store)
        spent = HistogramMetricFamily(
            "sammot_job_seconds", "Work on each completed job.", labels=["kind"]
        )
        for (kind,), seconds in known["job_seconds"].items():
            counts = [known["jobs"].get((kind, str(bound)), 0.0) for bound in SECONDS]
            named = ["+Inf" if bound == SECONDS[-1] else str(bound) for bound in SECONDS]
            buckets = list(zip(named, accumulate(counts), strict=True))
            spent.add_metric([kind], buckets=buckets, sum_value=seconds)
        yield spent
        for name, labels, meaning in _COUNTERS:
            family = CounterMetricFamily(f"sammot_{name}", meaning, labels=labels)
            for values, amount in known[name].items():
                family.add_metric(values, amount)
            yield family

    def _of_events(self) -> Iterator[Metric]:
        self._world.events.ping()
        return iter(())

    def _of_objects(self) -> Iterator[Metric]:
        self._world.objects.ping()
        free = self._world.objects.free_bytes()
        room = float("inf") if free is None else free
        yield GaugeMetricFamily("sammot_free_bytes", "Room left for files.", room)


_COUNTERS = (
    ("failures", ["kind", "cause"], "Attempts at jobs that failed."),
    ("frames", ["engine"], "Frames tracked."),
    ("frame_seconds", ["engine"], "Seconds that tracking them took."),
)
