"""Words that may get lost: what is told beside the record, so that nobody need wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

PAUSE_SECONDS = 3.0

log = structlog.get_logger()


class Teller:
    """Tells hints to a server that may be away: then they are dropped, soon and silently.

    After a failure nothing is tried for `PAUSE_SECONDS`, so that a server that accepts and does
    not answer costs its time-out once, not at every request.
    """

    def __init__(self, name: str, errors: tuple[type[Exception], ...]) -> None:
        self._name = name
        self._errors = errors
        self._silent_until = 0.0

    def tell(self, hint: Callable[[], object]) -> bool:
        """Whether the hint was told; never raises one of the server's errors."""
        if time.monotonic() < self._silent_until:
            return False
        try:
            hint()
        except self._errors as error:
            self._silent_until = time.monotonic() + PAUSE_SECONDS
            log.warning("hints are dropped for a while", server=self._name, reason=str(error))
            return False
        return True
