"""Producing ahead in another thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from sammot.prefetch import prefetched

SECONDS = 10


class Source:
    """Counts what was asked of it, and says when it has begun so many."""

    def __init__(self, count: int) -> None:
        self.begun = 0
        self.total = count
        self.changed = threading.Condition()
        self.is_closed = False

    def __iter__(self) -> Iterator[int]:
        try:
            for number in range(self.total):
                with self.changed:
                    self.begun += 1
                    self.changed.notify_all()
                yield number
        finally:
            self.is_closed = True

    def has_begun(self, count: int, seconds: float = SECONDS) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.begun >= count, seconds)


def test_all_items_come_in_order() -> None:
    assert list(prefetched(iter(range(100)), 3)) == list(range(100))


def test_while_one_item_is_used_so_many_are_produced_and_no_more() -> None:
    source = Source(10)
    with closing(prefetched(source, 2)) as items:
        assert next(items) == 0
        assert source.has_begun(3)
        assert not source.has_begun(4, seconds=0.3)


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_an_error_comes_in_its_place(kind: type[BaseException]) -> None:
    def source() -> Iterator[int]:
        yield 1
        raise kind("here")

    items = prefetched(source(), 5)
    assert next(items) == 1
    with pytest.raises(kind, match="here"):
        next(items)


def test_who_leaves_ends_the_thread_and_closes_the_source() -> None:
    before, source = threading.active_count(), Source(1000)
    with closing(prefetched(source, 1)) as items:
        next(items)
    assert source.is_closed
    assert threading.active_count() == before
