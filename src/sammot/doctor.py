"""What the service needs, looked at piece by piece: is it there, which is it, does it answer."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

import av

from sammot import bootstrap, preflight
from sammot.engines import engines
from sammot.errors import SamMotError
from sammot.records import JobKind
from sammot.settings import Settings

_CODECS = ("h264", "hevc", "vp9", "av1", "mpeg4", "libx264", "aac")
"""Those that videos mostly come in, and those that copies are made with."""
_PAGE = Path(__file__).parent / "web" / "index.html"
_SECONDS = 3
_REMEDIES = {
    "database": "See that it runs at SAMMOT_MONGO_URL, and that `sammot migrate` was run.",
    "files": "See that the bucket or the folder is there and may be written (SAMMOT_S3_*).",
    "events": "See that Redis runs and that SAMMOT_REDIS_URL is its address.",
}


class Verdict(StrEnum):
    """`warning`: it works, but something that may be wanted does not."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; where it is not well, what to do."""

    name: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, the cheap and basic things first."""
    yield Finding("python", Verdict.OK, platform.python_version())
    yield from _packages(settings)
    yield from _codecs()
    yield _page()
    yield from _room(settings)
    yield from _parts(settings)
    yield from _engines(settings)
    yield from _gpu()
    yield from _programs(settings)


def _packages(settings: Settings) -> Iterator[Finding]:
    """Those that we need, with their versions, and those of the chosen profile."""
    for line in metadata.requires("sammot") or ():
        requirement, _, condition = line.partition(";")
        extra = re.search(r"extra == ['\"](\w+)['\"]", condition)
        if extra is not None and extra[1] != settings.profile:
            continue
        name = re.split(r"[^\w.-]", requirement.strip())[0]
        try:
            yield Finding(name, Verdict.OK, metadata.version(name))
        except metadata.PackageNotFoundError:
            wanted = "sammot" if extra is None else f"sammot[{extra[1]}]"
            yield Finding(name, Verdict.FAULT, "is not installed", f"pip install '{wanted}'")


def _codecs() -> Iterator[Finding]:
    missing = [name for name in _CODECS if name not in av.codecs_available]
    if missing:
        detail, remedy = f"lacks {', '.join(missing)}", "pip install --force-reinstall av"
        yield Finding("codecs", Verdict.FAULT, detail, remedy)
    else:
        yield Finding("codecs", Verdict.OK, ", ".join(_CODECS))


def _page() -> Finding:
    if _PAGE.is_file():
        return Finding("page", Verdict.OK, "is built")
    return Finding("page", Verdict.FAULT, "is not built", "./dev up builds it.")


def _room(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    try:
        preflight.require_folder(folder)
    except SamMotError as error:
        yield Finding(
            "data folder", Verdict.FAULT, str(error), "Choose SAMMOT_DATA_DIR, make room."
        )
        return
    free = shutil.disk_usage(folder).free
    detail = f"{folder}: {free / 2**30:.1f} GiB free"
    if free < settings.min_free_bytes:
        remedy = "Make room, or lower SAMMOT_MIN_FREE_BYTES: uploads are refused."
        yield Finding("data folder", Verdict.WARNING, detail, remedy)
    else:
        yield Finding("data folder", Verdict.OK, detail)


def _parts(settings: Settings) -> Iterator[Finding]:
    for name, check in bootstrap.checks(settings).items():
        try:
            check()
        except SamMotError as error:
            # Without Redis, all is only later.
            verdict = Verdict.WARNING if name == "events" else Verdict.FAULT
            yield Finding(name, verdict, str(error), _REMEDIES[name])
            continue
        yield Finding(name, Verdict.OK, _version(name, settings) or "answers")
    yield from _workers(settings)


def _version(part: str, settings: Settings) -> str | None:
    """Of the server behind a part, where one is."""
    with suppress(Exception):  # it has just answered; its version is no matter of life and death
        if part == "database" and settings.mongo_url is not None:
            from pymongo import MongoClient  # noqa: PLC0415 - an optional package

            url = settings.mongo_url.get_secret_value()
            with MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=3000) as client:
                return f"MongoDB {client.server_info()['version']}"
        if part == "events" and settings.redis_url is not None:
            from redis import Redis  # noqa: PLC0415 - an optional package

            with Redis.from_url(bootstrap.redis_url(settings), socket_timeout=_SECONDS) as redis:
                return f"Redis {redis.info('server')['redis_version']}"
    return None


def _workers(settings: Settings) -> Iterator[Finding]:
    try:
        world = bootstrap.service(settings).world
        alive = world.store.live_workers(world.now())
    except SamMotError:
        return  # said already
    for kind in JobKind:
        count = alive.get(kind, 0)
        remedy = "" if count else f"Jobs of this kind wait: sammot worker --queues {kind}"
        verdict = Verdict.OK if count else Verdict.WARNING
        yield Finding(f"workers: {kind}", verdict, f"{count} alive", remedy)


def _engines(settings: Settings) -> Iterator[Finding]:
    for entry in engines(settings).values():
        verdict = Verdict.OK if entry.lack is None else Verdict.WARNING
        detail = f"version {entry.version}" if entry.lack is None else "cannot be used here"
        yield Finding(f"engine: {entry.name}", verdict, detail, str(entry.lack or ""))


def _gpu() -> Iterator[Finding]:
    query = ("nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader")
    found = _said(*query) if shutil.which("nvidia-smi") else None
    yield Finding("gpu", Verdict.OK, found or "none; only Segment Anything gains from one")


def _programs(settings: Settings) -> Iterator[Finding]:
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin") or shutil.which("nginx")
    if settings.profile == "service" and program is not None:
        yield Finding("nginx", Verdict.OK, _said(program, "-v") or "is here")


def _said(*argv: str) -> str | None:
    """What a program says for itself, on one line; None if it fails."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return "; ".join((done.stdout + done.stderr).split("\n")).strip("; ")
