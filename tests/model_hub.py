"""A hub on the loopback that speaks as the real one does."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WEIGHTS = "model.safetensors"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """Every repository in it holds the same files, at one commit that is also `main`."""

    files: dict[str, bytes]
    commit: str = COMMIT
    status: int = 200
    is_gated: bool = False
    breaks: int = 0
    """How many more times the connection is lost in the midst of the weights."""
    stated: dict[str, dict[str, Any]] = field(init=False)
    """What is said of each file."""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """The method and path, and the range, of each request."""
    url: str = ""

    def __post_init__(self) -> None:
        self.stated = {name: _metadata(name, content) for name, content in self.files.items()}

    def sent(self) -> list[str]:
        """The files whose content was asked for."""
        return [
            path.rpartition("/")[2] for path, _ in self.asked if "GET" in path and "resolve" in path
        ]


def _metadata(name: str, content: bytes) -> dict[str, Any]:
    if name == WEIGHTS:
        sha256 = hashlib.sha256(content).hexdigest()
        return {"lfs": {"sha256": sha256, "size": len(content), "pointerSize": 1}}
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
    return {"blobId": blob.hexdigest()}


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Answer on a port of the loopback; `hub.url` says which."""

    class Handler(_Handler):
        pass

    Handler.hub = hub
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hub.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield hub
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        hub, place = self.hub, self.path.partition("?")[0]
        hub.asked.append((f"{self.command} {place}", self.headers["Range"]))
        if hub.status != 200:
            self.answer(hub.status, b"{}")
        elif place.startswith("/api/models/") and place.endswith(("/main", hub.commit)):
            self.answer(200, json.dumps(self.listing()).encode())
        elif f"/resolve/{hub.commit}/" not in place:
            self.answer(404, b"{}")
        elif hub.is_gated:
            self.answer(403, b"{}", {"X-Error-Code": "GatedRepo"})
        else:
            self.send_file(place.rpartition("/")[2])

    def listing(self) -> dict[str, Any]:
        siblings = [{"rfilename": name, **said} for name, said in self.hub.stated.items()]
        return {"id": "a/model", "sha": self.hub.commit, "siblings": siblings}

    def send_file(self, name: str) -> None:
        content = self.hub.files[name]
        start = int((self.headers["Range"] or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        words = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"'}
        if start:
            words["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        loses = name == WEIGHTS and self.command == "GET" and self.hub.breaks > 0
        self.hub.breaks -= loses
        shown = (len(content) + start) // 2 - start if loses else None
        self.answer(206 if start else 200, content[start:], words, shown)
        self.close_connection = loses

    def answer(
        self,
        status: int,
        body: bytes,
        words: dict[str, str] | None = None,
        shown: int | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in {"X-Repo-Commit": self.hub.commit, **(words or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[:shown])

    def log_message(self, *_: object) -> None:
        """Quiet."""
