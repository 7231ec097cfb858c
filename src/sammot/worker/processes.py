from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import threading
import time
from contextlib import suppress
from multiprocessing import get_context, parent_process
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import structlog

from sammot import bootstrap, logs
from sammot.records import Job, JobKind
from sammot.settings import Settings
from sammot.worker.loop import Worker
from sammot.worker.pulse import FINISH_SECONDS

_CONTEXT = get_context("forkserver")
_ORPHAN_SECONDS = FINISH_SECONDS + 2
_M_ARENA_MAX = -8
"""glibc's number for how many heaps the threads of a process may have (mallopt(3))."""
_STORE_SECONDS = 120.0
"""How long a job waits for a store that is away: that is not its fault, and costs no attempt."""

log = structlog.get_logger()


class Processes:
    """Runs each job in a process of its own, so that a crash costs one attempt of one job.

    They are forked from a process that has done nothing but import: starting one is quick, and
    no thread, lock or connection of ours is forked through.
    """

    def __init__(self, settings: Settings, owner: str) -> None:
        self._settings = settings
        self._owner = owner
        self._lock = threading.Lock()
        self._running: set[ForkServerProcess] = set()
        self._stopping = threading.Event()
        ours = sorted(name for name in sys.modules if name.startswith("sammot."))
        _CONTEXT.set_forkserver_preload(ours)
        first = _CONTEXT.Process(target=int)  # nothing: once it has ended, all is imported
        first.start()
        first.join()

    def run(self, job: Job) -> int | None:
        """Do a claimed job; how its process ended, None where it was not begun any more."""
        process = _CONTEXT.Process(target=_do, args=(self._settings, self._owner, job))
        with self._lock:
            if self._stopping.is_set():
                return None
            process.start()
            self._running.add(process)
        process.join()
        self._running.discard(process)
        if self._stopping.is_set() and process.exitcode == -signal.SIGTERM:
            return None  # it was too young to heed the signal
        return process.exitcode

    def stop(self) -> None:
        """Let each finish its chunk and give its job back; begin no more. For signal handlers."""
        self._stopping.set()
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End them all. For signal handlers."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        for process in tuple(self._running):
            with suppress(ProcessLookupError, ValueError):  # ended meanwhile
                os.kill(process.pid or 0, number)


def _do(settings: Settings, owner: str, job: Job) -> None:
    """All that happens in the process of one job."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; our parent decides
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    threading.Thread(target=_outlive_briefly, args=(stop,), daemon=True).start()
    logs.configure(settings.log_level)
    constrain(settings, [job.kind])
    service = bootstrap.service(settings, patience=_STORE_SECONDS)
    Worker(service, owner, [job.kind], stop).work(job)


def _outlive_briefly(stop: threading.Event) -> None:
    """Give the job back when the parent is gone, however it went."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        stop.set()
        time.sleep(_ORPHAN_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)


def cores() -> int:
    """How many this process may use, also by its container's quota; at least one."""
    if hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    with suppress(OSError, ValueError):  # another system; "max"
        quota, period = map(int, Path("/sys/fs/cgroup/cpu.max").read_text().split())
        return max(1, min(allowed, quota // period))
    return allowed


def constrain(settings: Settings, kinds: list[JobKind]) -> None:
    """Bound this process's memory and threads; let copies never delay the masks.

    Bounded is what it may write, not its address space, of which a GPU's driver reserves more than
    any machine has memory.
    """
    with suppress(ValueError, OSError):  # not every system can
        limit = settings.worker_memory_bytes
        resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.RLIM_INFINITY))
    with suppress(AttributeError, OSError):  # another C library
        # Arrays pass from thread to thread; each would keep what it has freed, a hundred MB or two.
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
    threads = max(1, cores() // settings.workers)
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))  # read by torch, which comes later
    if not {JobKind.TRACK, JobKind.SPAN} & set(kinds):
        os.nice(10)
