"""gunicorn's settings where one web process serves everything (`sammot up`).

Its address and the application come on the command line.
"""

from __future__ import annotations

import resource
from typing import Any

from sammot.supervisor import exit_with_parent

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


def _allow_open_files() -> None:
    """Make room for three open files a thread: its connection, and two of the database."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * threads if hard == resource.RLIM_INFINITY else min(4 * threads, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
