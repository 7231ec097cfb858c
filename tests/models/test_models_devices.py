"""A GPU is one process's at a time, on machines with as many as the test likes."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

import gpus
from sammot.errors import Unavailable, UnknownEngine
from sammot.models.devices import Devices, may_be_gpu, usable


class Impatient(Exception):
    """No device was free."""


def give_up() -> None:
    raise Impatient


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus.pretend(monkeypatch, "a", "b")


@pytest.mark.parametrize(
    ("wanted", "devices"),
    [
        ("auto", ["cuda:0", "cuda:1"]),
        ("cuda", ["cuda:0", "cuda:1"]),
        ("cuda:1", ["cuda:1"]),
        ("cpu", ["cpu"]),
    ],
)
@pytest.mark.usefixtures("two_gpus")
def test_a_setting_means_every_device_that_fits(wanted: str, devices: list[str]) -> None:
    assert usable(wanted) == devices


@pytest.mark.usefixtures("two_gpus")
def test_a_gpu_too_many_is_refused() -> None:
    with pytest.raises(UnknownEngine, match=r"cuda:2 here \(torch sees 2 such devices\)"):
        usable("cuda:2")


@pytest.mark.usefixtures("two_gpus")
def test_each_gets_a_gpu_of_its_own_until_it_gives_it_back(tmp_path: Path) -> None:
    first, second, third = (Devices("auto", tmp_path / "locks") for _ in range(3))
    with first.reserve(give_up):
        with second.reserve(give_up):
            assert (first.reserved, second.reserved) == ("cuda:0", "cuda:1")
            with pytest.raises(Impatient), third.reserve(give_up):
                pytest.fail("it was given one that is taken")
        with third.reserve(give_up):
            assert third.reserved == "cuda:1"


def test_a_gpu_is_known_by_its_own_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gpus.pretend(monkeypatch, "a", "b")
    first, second = (Devices("cuda:0", tmp_path) for _ in range(2))
    with first.reserve(give_up):
        gpus.pretend(monkeypatch, "b", "a")  # another CUDA_VISIBLE_DEVICES
        with second.reserve(give_up):
            assert second.reserved == "cuda:0"
        with pytest.raises(Impatient), Devices("cuda:1", tmp_path).reserve(give_up):
            pytest.fail("it was given one that is taken")


def test_who_waits_is_told_once_and_goes_on_with_what_comes_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gpus.pretend(monkeypatch, "a")
    caplog.set_level(logging.INFO)
    first, second = (Devices("auto", tmp_path) for _ in range(2))
    turns: list[int] = []
    holder = first.reserve(give_up)
    holder.__enter__()

    def wait() -> None:
        turns.append(1)
        if len(turns) == 3:
            holder.__exit__(None, None, None)

    with second.reserve(wait):
        assert second.reserved == "cuda:0"
    assert len(turns) == 3
    told = [line for line in caplog.messages if "another job computes on cuda:0" in line]
    assert len(told) == 1


def test_the_processor_is_everyones(tmp_path: Path) -> None:
    first, second = (Devices("cpu", tmp_path / "locks") for _ in range(2))
    with first.reserve(give_up), second.reserve(give_up):
        assert (first.reserved, second.reserved) == ("cpu", "cpu")
    assert not (tmp_path / "locks").exists()


def test_without_a_reservation_there_is_no_device(tmp_path: Path) -> None:
    devices = Devices("cpu", tmp_path)
    with devices.reserve(give_up):
        pass
    with pytest.raises(RuntimeError, match="reserved"):
        _ = devices.reserved


@pytest.mark.usefixtures("two_gpus")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(Unavailable, match="cannot be written"),
        Devices("auto", tmp_path / "file").reserve(give_up),
    ):
        pytest.fail("there is no lock")


def _hold(folder: Path, has_it: Event) -> None:
    """In a process of its own: compute until killed."""
    with pytest.MonkeyPatch.context() as patch:
        gpus.pretend(patch, "a")
        with Devices("auto", folder).reserve(give_up):
            has_it.set()
            time.sleep(600)


def test_who_is_killed_leaves_its_gpu_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gpus.pretend(monkeypatch, "a")
    context = multiprocessing.get_context("spawn")
    has_it = context.Event()
    process = context.Process(target=_hold, args=(tmp_path, has_it))
    process.start()
    try:
        assert has_it.wait(60)
        with pytest.raises(Impatient), Devices("auto", tmp_path).reserve(give_up):
            pytest.fail("it was given one that is taken")
    finally:
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
    with Devices("auto", tmp_path).reserve(give_up):
        pass


def test_only_where_there_may_be_a_gpu_is_one_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sammot.models.devices.is_absent", lambda wanted: wanted == "mps")
    assert [may_be_gpu(wanted) for wanted in ("auto", "cuda:1", "cpu")] == [True, True, False]
    monkeypatch.setattr("sammot.models.devices.is_absent", lambda _: True)
    assert not may_be_gpu("auto")
