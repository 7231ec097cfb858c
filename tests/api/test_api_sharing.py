from __future__ import annotations

import gc
import threading
from itertools import count

import pytest

from sammot.api import sharing
from sammot.api.sharing import Reading, Readings
from sammot.errors import Unavailable


def test_who_asks_after_a_reading_gets_a_new_one() -> None:
    reading = Reading(count(1).__next__)
    assert [reading.get(), reading.get()] == [1, 2]


def test_a_reading_serves_those_who_asked_before_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 11.0, 10.5, 10.9, 11.0, 12.0])  # asked, began; asked; asked; asked, began
    monkeypatch.setattr(sharing, "monotonic", clock.__next__)
    reading = Reading(count(1).__next__)
    assert [reading.get() for _ in range(4)] == [1, 1, 1, 2]


def test_who_asks_while_it_is_read_waits_and_gets_what_is_newer() -> None:
    begun, go_on, numbers = threading.Event(), threading.Event(), count(1)

    def read() -> int:
        begun.set()
        assert go_on.wait(10)
        return next(numbers)

    reading, found = Reading(read), []
    first = threading.Thread(target=lambda: found.append(reading.get()))
    first.start()
    assert begun.wait(10)
    second = threading.Thread(target=lambda: found.append(reading.get()))
    second.start()
    go_on.set()
    first.join()
    second.join()
    assert sorted(found) == [1, 2]


def test_a_reading_that_fails_is_begun_anew() -> None:
    answers = iter([Unavailable("away"), 7])

    def read() -> int:
        answer = next(answers)
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    reading = Reading(read)
    with pytest.raises(Unavailable):
        reading.get()
    assert reading.get() == 7


def test_what_nobody_keeps_is_forgotten() -> None:
    readings = Readings()
    kept = readings.of("video", lambda: 1)
    assert readings.of("video", lambda: 2) is kept
    del kept
    gc.collect()
    assert readings.of("video", lambda: 2).get() == 2
