"""The service profile on one machine: its servers, with ports and secrets of their own."""

from __future__ import annotations

import json
import random
import secrets
import shlex
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr

from sammot import bootstrap
from sammot.errors import SamMotError, Unavailable
from sammot.leash import leashed
from sammot.preflight import require_port
from sammot.settings import Settings
from sammot.stack.mongod import mongod_program
from sammot.stack.nginx import nginx
from sammot.stack.program import Program
from sammot.stack.redis import redis_program

_NAMES = ("mongo", "redis", "web", "events")
_PORTS = range(20_000, 32_000)
"""Below those that systems lend to connections: a port found free stays so from start to start."""
_FILES = "/_files/"
"""As in deploy/nginx.conf."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What belongs to one data folder: where its servers listen, and the secret of MongoDB."""

    folder: Path
    ports: Mapping[str, int]
    password: str

    @classmethod
    def of(cls, folder: Path) -> Machine:
        """That of a data folder, made at its first start and kept.

        Raises:
            Unavailable: somebody else listens on one of its ports.

        """
        file = folder / "servers" / "machine.json"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            made = {"ports": _free_ports(), "password": secrets.token_hex(24)}
            _write_secret(file, json.dumps(made))
        known = json.loads(file.read_text())
        for name, port in known["ports"].items():
            if not _is_free(port):
                raise Unavailable(
                    f"Port {port}, on which {name} listens for this data folder ({file}), is"
                    " taken. Stop what uses it."
                )
        return cls(folder, known["ports"], known["password"])

    def databases(self, settings: Settings) -> tuple[list[Program], dict[str, str]]:
        """MongoDB and Redis, and the settings by which our processes find them.

        One whose address is set already is not started here. Raises Unavailable where a program
        is missing.
        """
        at, programs, found = self.folder / "servers", [], {}
        if settings.redis_url is None:
            redis, found["SAMMOT_REDIS_URL"] = redis_program(at / "redis", self.ports["redis"])
            programs.append(_held(redis, at / "redis.log"))
        if settings.mongo_url is None:
            password, port = self.password, self.ports["mongo"]
            mongod, url = mongod_program(at / "mongo", port, password=password)
            found["SAMMOT_MONGO_URL"] = url
            settings = settings.model_copy(update={"mongo_url": SecretStr(url)})
            programs.append(
                replace(
                    _held(mongod, at / "mongod.log"),
                    is_ready=lambda: mongod.is_ready() and _migrated(settings),
                )
            )
        return programs, found

    def tell(self, found: Mapping[str, str]) -> None:
        """Write down, for shells, how `sammot doctor` and the like find what runs here."""
        known = {
            "SAMMOT_PROFILE": "service",
            "SAMMOT_DATA_DIR": str(self.folder.resolve()),
            **found,
        }
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in known.items()]
        _write_secret(self.folder / "servers" / "environment", "".join(lines))

    def front(self, settings: Settings) -> tuple[Program, dict[str, str]]:
        """nginx, where users reach the service, and the settings of what stands behind it."""
        values = {
            "SAMMOT_NGINX_WEB": f"127.0.0.1:{self.ports['web']}",
            "SAMMOT_NGINX_EVENTS": f"127.0.0.1:{self.ports['events']}",
            "SAMMOT_NGINX_FILES": str(self.folder),
            "SAMMOT_MAX_BYTES": str(settings.max_bytes),
        }
        at = self.folder / "servers" / "nginx"
        program = nginx(at, values, (settings.host, settings.port))
        names = [*settings.allowed_hosts, settings.host]
        behind = {
            "SAMMOT_HOST": "127.0.0.1",
            "SAMMOT_ALLOWED_HOSTS": json.dumps(names),
            "SAMMOT_FILES_LOCATION": _FILES,
            "SAMMOT_PROXIES": "1",
        }
        return _held(program), behind


def _held(program: Program, log: Path | None = None) -> Program:
    """The same, ending with our supervisor."""
    return replace(program, argv=leashed(*program.argv, log=log))


def _migrated(settings: Settings) -> bool:
    try:
        deque(bootstrap.migrate(settings), maxlen=0)
    except Unavailable:
        return False
    return True


def _free_ports() -> dict[str, int]:
    free = (port for port in random.sample(_PORTS, len(_PORTS)) if _is_free(port))
    return dict(zip(_NAMES, free, strict=False))


def _is_free(port: int) -> bool:
    try:
        require_port("127.0.0.1", port)
    except SamMotError:
        return False
    return True


def _write_secret(file: Path, text: str) -> None:
    """Whole or not at all, and for nobody else's eyes."""
    draft = file.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(file)
