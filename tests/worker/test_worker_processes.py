"""What a worker's process may take of its machine; each test asks a process of its own."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sammot import bootstrap
from sammot.cli import main as commands
from sammot.settings import Settings
from sammot.worker import trials
from sammot.worker.processes import cores
from world import a_service

BEGIN = """
import mmap, os
import numpy as np
from sammot.settings import Settings
from sammot.worker.processes import constrain
constrain(Settings(workers={workers}, worker_memory_bytes=1 << 30), [])
"""


def told(code: str, *, workers: int = 1, **variables: str) -> str:
    """What a process prints that has constrained itself as one of so many."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN.format(workers=workers) + code],
        env=os.environ | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS bounds no memory")
def test_what_is_written_is_bounded() -> None:
    code = "try:\n    np.ones(2 << 30, np.uint8)\nexcept MemoryError:\n    print('refused')"
    assert told(code) == "refused"


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS bounds no memory")
def test_addresses_are_reserved_freely_as_a_gpus_driver_does() -> None:
    flags = "mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS"
    code = f"held = mmap.mmap(-1, 200 << 30, flags={flags}, prot=0); print('held')"
    assert told(code) == "held"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have one heap")
def test_what_one_thread_frees_another_takes() -> None:
    code = """
import ctypes, threading
def work():
    keep.append([np.ones(60_000, np.uint8) for _ in range(50)])
keep = []
threads = [threading.Thread(target=work) for _ in range(4)]
for one in threads: one.start()
for one in threads: one.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.malloc_info(0, ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w")))
libc.fflush(None)
"""
    assert told(code).count("<heap nr=") == 1


def test_the_workers_of_a_machine_share_its_cores() -> None:
    assert told("print(os.environ['OMP_NUM_THREADS'])", workers=2) == str(max(1, cores() // 2))


def test_a_number_of_threads_that_was_set_from_outside_stays() -> None:
    assert told("print(os.environ['OMP_NUM_THREADS'])", OMP_NUM_THREADS="7") == "7"


def test_torch_takes_its_share_and_does_not_spin() -> None:
    pytest.importorskip("torch", reason="Segment Anything is not installed: ./dev test --sam")
    code = (
        "from sammot.models.devices import usable; usable('cpu'); import torch;"
        " print(torch.get_num_threads(), os.environ['OMP_WAIT_POLICY'])"
    )
    assert told(code, workers=cores()) == "1 PASSIVE"


def test_jobs_done_at_a_time_share_the_cores_as_workers_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    celery_worker = pytest.importorskip(
        "sammot.worker.celery_worker", reason="the service profile is not installed"
    )
    served: list[Settings] = []
    monkeypatch.setenv("SAMMOT_PROFILE", "service")
    monkeypatch.setattr(bootstrap, "service", lambda _: a_service(tmp_path))
    monkeypatch.setattr(trials, "begin", lambda *_: None)
    monkeypatch.setattr(celery_worker, "serve", lambda settings, *_: served.append(settings))
    result = CliRunner().invoke(commands, ["worker", "--concurrency", "3"])
    assert result.exit_code == 0, result.output
    assert served[0].workers == 3


def test_a_containers_quota_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    quota = ["max 100000"]
    monkeypatch.setattr(Path, "read_text", lambda _: quota[0])
    whole = cores()
    assert whole >= 1
    quota[0] = "100000 100000"
    assert cores() == 1
    quota[0] = "50000 100000"
    assert cores() == 1
    quota[0] = "99900000 100000"
    assert cores() == whole
