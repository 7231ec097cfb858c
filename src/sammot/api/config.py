from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ApiConfig:
    """What the web process must know besides the service.

    `hosts` are the names under which it may be asked, besides `localhost` and bare addresses.
    `web_dir` holds the built page. Large answers pass through temporary files in `spool_dir`.
    Who knows `metrics_token` may read `/metrics` from anywhere. So many `proxies` stand before the
    service and name the client; nginx is among them and sends files where it finds them, below
    `files_location`, if that is given.
    """

    version: str
    hosts: frozenset[str] = frozenset()
    web_dir: Path = Path(__file__).parents[1] / "web"
    spool_dir: Path | None = None
    metrics_token: str = ""
    proxies: int = 0
    files_location: str = ""
