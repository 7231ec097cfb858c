from __future__ import annotations

import pytest

from sammot import logs


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """structlog's default prints the locals of a traceback: whole frames, slowly."""
    logs.configure("WARNING")
