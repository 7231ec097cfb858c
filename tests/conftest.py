"""For all tests."""

from __future__ import annotations

import structlog

# The default for consoles draws every traceback with all its variables: seconds for each.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(),
    ]
)
