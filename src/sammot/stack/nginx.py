from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sammot.errors import Unavailable
from sammot.stack.program import Program

TEMPLATE = Path(__file__).parents[3] / "deploy" / "nginx.conf"
"""The one that is deployed; it is not part of the installed package."""


def nginx(folder: Path, values: Mapping[str, str], address: tuple[str, int]) -> Program:
    """The deployed nginx on this machine. It keeps its own files in `folder`.

    `values` are those of the template's variables that are not known here: SAMMOT_NGINX_WEB and
    SAMMOT_NGINX_EVENTS (where the processes listen, as host:port), SAMMOT_NGINX_FILES (a folder),
    SAMMOT_MAX_BYTES.

    Raises:
        Unavailable: there is no nginx here, or no template.

    """
    binary = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin") or shutil.which("nginx")
    if binary is None:
        raise Unavailable("There is no nginx on this machine: `apt-get install nginx`.")
    host, port = address
    listen = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    known = {"LISTEN": listen, "WORK": str(folder), "LOG": "/dev/null"}  # the service logs as well
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / "nginx.conf"
    file.write_text(filled({**values, **{f"SAMMOT_NGINX_{name}": known[name] for name in known}}))
    rules = "daemon off;" if os.geteuid() else "daemon off; user root;"  # else as nobody
    argv = (binary, "-e", "stderr", "-p", str(folder), "-c", str(file), "-g", rules)
    return Program("nginx", argv, lambda: _listens(address))


def filled(values: Mapping[str, str]) -> str:
    """The template with its variables filled in. Raises Unavailable where there is none."""
    try:
        text = TEMPLATE.read_text()
    except FileNotFoundError:
        raise Unavailable(f"{TEMPLATE} is missing: run this from a checkout.") from None
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], text)


def _listens(address: tuple[str, int]) -> bool:
    with suppress(OSError), socket.create_connection(address, timeout=1):
        return True
    return False
