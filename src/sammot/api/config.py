from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Rates:
    """`100/minute` and the like for one client; empty for no limit.

    `storage_url` names the Redis that counts; while it is away each process counts for itself.
    """

    storage_url: str
    requests: str
    beginnings: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ApiConfig:
    """What the web process must know besides the service.

    `hosts` are the names under which it may be asked, besides `localhost` and bare addresses.
    `web_dir` holds the built page. Large answers pass through temporary files in `spool_dir`.
    Who knows `metrics_token` may read `/metrics` from anywhere. So many `proxies` stand before the
    service and name the client; nginx is among them and sends files where it finds them, below
    `files_location`, if that is given. `rates` limit how often one client may ask.
    """

    version: str
    hosts: frozenset[str] = frozenset()
    web_dir: Path = Path(__file__).parents[1] / "web"
    spool_dir: Path | None = None
    metrics_token: str = ""
    proxies: int = 0
    files_location: str = ""
    rates: Rates | None = None
