"""gunicorn's settings where one web process serves everything (`sammot up`).

Its address and the application come on the command line.
"""

from __future__ import annotations

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
    exit_with_parent(server.pid)
