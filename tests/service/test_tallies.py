from __future__ import annotations

from pathlib import Path

import pytest

from records_help import a_job
from sammot.adapters.sqlite_store import SqliteStore
from sammot.errors import Unavailable
from sammot.service.tallies import count_completed, count_failed, count_frames, totals


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "store.db")


@pytest.mark.parametrize(
    ("seconds", "bound"), [(0, "1.0"), (1, "1.0"), (1.5, "5.0"), (300, "300.0"), (1e6, "inf")]
)
def test_a_duration_is_counted_under_the_next_bound(
    store: SqliteStore, seconds: float, bound: str
) -> None:
    count_completed(store, a_job(processing_seconds=seconds))
    assert totals(store)["jobs"] == {("track", bound): 1}
    assert totals(store)["job_seconds"] == {("track",): seconds}


def test_totals_come_by_name_and_labels(store: SqliteStore) -> None:
    count_frames(store, a_job(), 64, 2.0)
    count_frames(store, a_job(), 64, 1.0)
    count_failed(store, a_job(), "MemoryError")
    assert totals(store)["frames"] == {("motion",): 128}
    assert totals(store)["frame_seconds"] == {("motion",): 3}
    assert totals(store)["failures"] == {("track", "MemoryError"): 1}
    assert totals(store)["nothing"] == {}


def test_what_cannot_be_counted_does_no_harm(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable("It is away.")

    monkeypatch.setattr(store, "tally", away)
    count_failed(store, a_job(), "any")
    assert totals(store) == {}
