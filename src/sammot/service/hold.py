from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import sleep

from sammot.errors import Locked, SamMotError
from sammot.records import Upload
from sammot.service.world import World

_POLL_SECONDS = 0.1


@contextmanager
def held_upload(world: World, upload_id: str, *, is_patient: bool = True) -> Iterator[Upload]:
    """An upload, ours alone among all processes; the patient wait for whoever has it.

    The hold is a lease that a thread renews: that of a process that died ends by itself.

    Raises:
        NotFound: there is no such upload, any more.
        Locked: somebody else has it, and we do not wait.

    """
    holder = world.new_id()
    upload = _taken(world, upload_id, holder, is_patient=is_patient)
    over = threading.Event()
    beat = threading.Thread(target=_keep, args=(world, upload_id, holder, over), daemon=True)
    beat.start()
    try:
        yield upload
    finally:
        over.set()
        beat.join()
        with suppress(SamMotError):  # it is gone, or will be free when the lease is over
            world.store.update_upload(upload_id, lambda upload: upload.let_go(holder))


def _taken(world: World, upload_id: str, holder: str, *, is_patient: bool) -> Upload:
    while True:
        try:
            return _renewed(world, upload_id, holder)
        except Locked:
            if not is_patient:
                raise
        sleep(_POLL_SECONDS)


def _renewed(world: World, upload_id: str, holder: str) -> Upload:
    now, lease = world.now(), world.policy.lease
    return world.store.update_upload(upload_id, lambda upload: upload.held(holder, now, lease))


def _keep(world: World, upload_id: str, holder: str, over: threading.Event) -> None:
    while not over.wait(world.policy.beat_seconds):
        with suppress(SamMotError):
            _renewed(world, upload_id, holder)
