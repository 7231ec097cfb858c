"""Measuring parts of a program where they stand."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any


class Stopwatch:
    """Seconds by stage, wall and processor; a stage within another counts for itself alone."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = defaultdict(float)
        self.processor: dict[str, float] = defaultdict(float)
        self._within: list[str] = []

    def timed(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same work, measured."""

        def measured(*arguments: object, **options: object) -> object:
            started = time.perf_counter(), time.process_time()
            self._within.append(stage)
            try:
                return work(*arguments, **options)
            finally:
                self._within.pop()
                wall, processor = time.perf_counter() - started[0], time.process_time() - started[1]
                self._add(stage, wall, processor)
                if self._within:
                    self._add(self._within[-1], -wall, -processor)

        return measured

    def each(self, stage: str, things: Iterator[Any]) -> Iterator[Any]:
        """The same things; the time to get each is measured."""
        nothing = object()
        take = self.timed(stage, lambda: next(things, nothing))
        while (thing := take()) is not nothing:
            yield thing

    def _add(self, stage: str, wall: float, processor: float) -> None:
        self.wall[stage] += wall
        self.processor[stage] += processor


class Measured:
    """An object whose named methods are measured."""

    def __init__(self, whole: object, watch: Stopwatch, **stages: str) -> None:
        self._whole = whole
        for method, stage in stages.items():
            setattr(self, method, watch.timed(stage, getattr(whole, method)))

    def __getattr__(self, name: str) -> object:
        return getattr(self._whole, name)
