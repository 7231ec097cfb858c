"""How MongoDB would find what it was asked for: every command is explained afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pymongo import MongoClient, monitoring
from pymongo.database import Database
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

READ_WHOLE = {"counters", "tallies"}
"""A handful of documents, however many videos there are."""
_EXPLAINED = {"find", "aggregate", "count", "distinct", "findAndModify", "update", "delete"}
_ASKED = {
    *("filter", "query", "q", "u", "pipeline", "sort", "limit", "projection", "fields", "update"),
    *("hint", "cursor", "new", "upsert", "multi", "key", "collation", "remove"),
}


class Plans(CommandListener):
    """Hears, while it listens, what every client of this process asks of one database."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._asked: dict[str, dict[str, Any]] | None = None
        monitoring.register(self)  # with clients that are made from now on

    def listen(self) -> None:
        self._asked = {}

    def started(self, event: CommandStartedEvent) -> None:
        name, command = event.command_name, event.command
        if self._asked is None or event.database_name != self._database:
            return
        if name in _EXPLAINED and command[name] not in READ_WHOLE:
            for single in _single(name, command):
                self._asked.setdefault(json.dumps(_shape(single)), single)

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...

    def faults(self, url: str) -> list[str]:
        """What was asked since `listen`, and reads more than it answers."""
        asked, self._asked = self._asked or {}, None
        with MongoClient[dict[str, Any]](url) as client:
            found = [_fault(client[self._database], command) for command in asked.values()]
        return [fault for fault in found if fault is not None]


def _single(name: str, command: Any) -> Iterator[dict[str, Any]]:
    """What can be explained: one update or deletion at a time, without its session."""
    if name in ("update", "delete"):
        for one in command[f"{name}s"]:
            yield {name: command[name], f"{name}s": [one]}
    else:
        yield {key: value for key, value in command.items() if key == name or key in _ASKED}


def _shape(value: Any, key: str = "") -> Any:
    """The command without what it was asked for this time."""
    if isinstance(value, dict):
        return {name: _shape(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_shape(inner) for inner in value[:1]]
    return value if key in (*_EXPLAINED, "sort") else type(value).__name__


def _fault(database: Database[dict[str, Any]], command: dict[str, Any]) -> str | None:
    plan = database.command("explain", command, verbosity="queryPlanner")
    stages = set(_stages(plan))
    if "COLLSCAN" in stages:
        return f"scans the collection: {command}"
    if "SORT" in stages and "limit" in command:
        return f"sorts in memory: {command}"
    return None


def _stages(plan: Any) -> Iterator[str]:
    """The names of all stages of the plan that was chosen."""
    if isinstance(plan, dict):
        for key, inner in plan.items():
            if key == "stage":
                yield inner
            elif key != "rejectedPlans":
                yield from _stages(inner)
    elif isinstance(plan, list):
        for inner in plan:
            yield from _stages(inner)
