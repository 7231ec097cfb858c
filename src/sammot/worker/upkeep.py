from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import structlog

from sammot.errors import SamMotError
from sammot.records import JobKind
from sammot.service import Service

log = structlog.get_logger()


class Upkeep:
    """What a worker does beside its jobs, from threads of its own, inside the `with`.

    It says that it lives, until it leaves. It takes lost jobs back, hints again at those whose
    hint was lost, lets uploads and old videos expire and finishes deletions.
    """

    def __init__(self, service: Service, owner: str, kinds: Sequence[JobKind]) -> None:
        self._service = service
        self._owner = owner
        self._kinds = kinds
        self._over = threading.Event()
        self._answered_at = self._lenient_until = service.world.now()
        leases, uploads, library = service.leases, service.uploads, service.library
        tidying = (self._recover, leases.remind, uploads.expire, library.retire, library.purge)
        self._threads = [
            threading.Thread(target=self._repeat, args=steps, daemon=True)
            for steps in ((self._announce,), tidying)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        with suppress(SamMotError):
            self._service.leases.announce_worker(self._owner, ())

    def _repeat(self, *steps: Callable[[], object]) -> None:
        while True:
            for step in steps:  # each has its turn, whatever became of the others
                try:
                    step()
                except SamMotError as error:
                    log.warning("upkeep has to wait", reason=str(error))
                except Exception:
                    log.exception("upkeep failed")
            if self._over.wait(self._service.world.policy.beat_seconds):
                return

    def _announce(self) -> None:
        self._service.leases.announce_worker(self._owner, self._kinds)

    def _recover(self) -> None:
        """Take lost jobs back. Where the store was away for a lease, or this machine asleep, no
        job is lost before its worker could beat again: for another lease.
        """
        world, now = self._service.world, self._service.world.now()
        world.store.ping()
        if now - self._answered_at > world.policy.lease:
            self._lenient_until = world.now() + world.policy.lease
        self._answered_at = now
        if now >= self._lenient_until:
            self._service.leases.recover()
