"""A client of an API in this process."""

from __future__ import annotations

import io
import threading
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sammot.records import JobKind
from sammot.service import Service
from sammot.worker import Worker


class Client(FlaskClient):
    """Reads every answer to its end, unless told otherwise, so that no file stays open."""

    def open(self, *args: Any, buffered: bool = True, **kwargs: Any) -> TestResponse:
        return super().open(*args, buffered=buffered, **kwargs)

    def bring(self, content: bytes, name: str = "dog.mp4", **form: Any) -> dict[str, Any]:
        """Upload a file that is expected to be taken."""
        form["file"] = (io.BytesIO(content), name)
        response = self.post("/api/videos/upload", data=form)
        assert response.status_code in (200, 201), response.get_data(as_text=True)
        video: dict[str, Any] = response.get_json()
        return video


def work_off(service: Service, *kinds: JobKind) -> None:
    """Do all the jobs that are due."""
    chosen = list(kinds or JobKind)
    worker = Worker(service, "here:1", chosen, threading.Event())
    while job := service.leases.claim("here:1", chosen):
        worker.work(job)
