"""gunicorn's settings. Its address, the application, and what is different for event streams alone
(`sammot events`) come on the command line.
"""

from __future__ import annotations

import os
import resource
import shutil
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from sammot.leash import exit_with_parent

METRICS_DIR = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which the processes of one server add up what they measure."""
OPEN_FILES = 10_000
"""How many a process may have open; systems often begin with 1024."""

worker_class = "gthread"
workers = 1
threads = 640  # each open event stream holds one; they are started when needed
timeout = 120
graceful_timeout = 3  # an event stream never ends by itself
loglevel = "warning"
control_socket_disable = True  # it would write into the home folder


def post_fork(server: Any, _worker: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Watch the supervisor from the worker: a thread in the arbiter would be forked through."""
    _allow_open_files()
    exit_with_parent(server.pid)


def child_exit(_server: Any, worker: Any) -> None:  # noqa: ANN401
    """Forget the open streams of a process that ended."""
    if METRICS_DIR in os.environ:
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:  # noqa: ANN401
    """Remove what `serve` made."""
    if METRICS_DIR in os.environ:
        shutil.rmtree(os.environ[METRICS_DIR], ignore_errors=True)


def _allow_open_files() -> None:
    """Make room for a connection a stream, or for one and two of the database a thread."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
