from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from queue import Full, Queue
from typing import TypeVar

T = TypeVar("T")

_POLL_SECONDS = 0.1


class _End:
    """Behind the last item; holds what ended the source."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def prefetched(source: Iterable[T], size: int) -> Generator[T]:
    """The items of `source`, produced up to `size` ahead in another thread.

    What the source raises is raised here, in its place. Closing the iterator ends the thread.
    """
    queue: Queue[T | _End] = Queue(size)
    closed = threading.Event()
    thread = threading.Thread(target=_fill, args=(source, queue, closed), daemon=True)
    thread.start()
    try:
        while True:
            item = queue.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        closed.set()
        thread.join()


def _fill(source: Iterable[T], queue: Queue[T | _End], closed: threading.Event) -> None:
    end = _End(None)
    iterator = iter(source)
    try:
        for item in iterator:
            if not _put(queue, item, closed):
                return
    except Exception as error:  # noqa: BLE001 - carried over to the consumer's thread
        end = _End(error)
    finally:
        close = getattr(iterator, "close", None)
        if close is not None:
            close()
    _put(queue, end, closed)


def _put(queue: Queue[T | _End], item: T | _End, closed: threading.Event) -> bool:
    """Whether the item went in before the consumer left."""
    while not closed.is_set():
        try:
            queue.put(item, timeout=_POLL_SECONDS)
        except Full:
            continue
        return True
    return False
