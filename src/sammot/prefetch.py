from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")

_POLL_SECONDS = 0.1


class _End:
    """Behind the last item; holds what ended the source."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def prefetched(source: Iterable[T], size: int) -> Generator[T]:
    """The items of `source`, produced up to `size` ahead in another thread.

    What the source raises is raised here, in its place. Closing the iterator ends the thread,
    once the item that is being produced is done.
    """
    queue: SimpleQueue[T | _End] = SimpleQueue()
    room, closed = threading.Semaphore(size), threading.Event()
    thread = threading.Thread(target=_fill, args=(source, queue, room, closed), daemon=True)
    thread.start()
    try:
        while True:
            item = queue.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            room.release()
            yield item
    finally:
        closed.set()
        thread.join()


def _fill(
    source: Iterable[T],
    queue: SimpleQueue[T | _End],
    room: threading.Semaphore,
    closed: threading.Event,
) -> None:
    end = _End(None)
    iterator = iter(source)
    try:
        while _has_room(room, closed):
            queue.put(next(iterator))
    except StopIteration:
        pass
    except BaseException as error:  # noqa: BLE001 - carried over to the consumer's thread
        end = _End(error)
    finally:
        close = getattr(iterator, "close", None)
        if close is not None:
            close()
    queue.put(end)


def _has_room(room: threading.Semaphore, closed: threading.Event) -> bool:
    """Wait until another item may be produced; false if the consumer has left."""
    while not closed.is_set():
        if room.acquire(timeout=_POLL_SECONDS):
            return True
    return False
