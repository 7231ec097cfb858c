from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import click
from tqdm import tqdm

from sammot import bootstrap, footage, offline
from sammot.errors import InvalidInput, NotFound
from sammot.service import chosen
from sammot.settings import Settings


@click.command("track")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--engine", default="motion", show_default=True, help="Which engine.")
@click.option("--preset", default="balanced", show_default=True, help="fast, balanced, accurate.")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="An engine's parameter.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("tracks"), show_default=True,
    help="The folder for the results.",
)  # fmt: skip
@click.option(
    "--format", "formats", default="json", show_default=True, help="Any of json,csv,mot,mp4."
)
@click.option(
    "--fps", type=click.FloatRange(0.001, 1000), default=30.0, show_default=True,
    help="Of folders of pictures.",
)  # fmt: skip
@click.option("--show-progress/--no-progress", default=True, help="A bar with speed and time left.")
def command(
    sources: tuple[str, ...],
    engine: str,
    preset: str,
    given: tuple[str, ...],
    output: Path,
    formats: str,
    fps: float,
    *,
    show_progress: bool,
) -> None:
    """Track videos, folders of pictures, or patterns of either; no server is needed."""
    entry = chosen(bootstrap.engines(), engine)
    parameters = entry.complete(_parameters(entry.parameters, [f"preset={preset}", *given]))
    wanted = _formats(formats)
    limits, quiet = bootstrap.limits(Settings()), not show_progress
    names: Counter[str] = Counter()
    for path in _paths(sources):
        clip = footage.opened(path, limits=limits, fps=fps)
        names[clip.name] += 1
        if names[clip.name] > 1:  # a/clip.mp4, b/clip.mp4
            clip.name += f"-{names[clip.name]}"
        with tqdm(
            total=clip.info.frame_count, unit=" frames", desc=clip.name, disable=quiet
        ) as bar:

            def told(count: int, bar: tqdm[NoReturn] = bar) -> None:
                bar.update(count - bar.n)

            done = offline.track(
                clip, entry, parameters, output=output, formats=wanted, progress=told
            )
        rate = done.frame_count / done.seconds
        files = ", ".join(str(file) for file in done.files)
        click.echo(
            f"{clip.name}: {done.frame_count} frames, {done.track_count} tracks,"
            f" {rate:.1f} frames a second -> {files}"
        )


def _paths(patterns: Iterable[str]) -> list[Path]:
    """What the patterns name, each once. Raises NotFound for one that names nothing."""
    found: dict[Path, None] = {}
    for pattern in patterns:
        whole = Path(pattern).exists()
        paths = [pattern] if whole else sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
        if not paths:
            raise NotFound(f"There is no file or folder {pattern}.")
        found.update(dict.fromkeys(map(Path, paths)))
    return list(found)


def _formats(text: str) -> list[str]:
    wanted = list(dict.fromkeys(part.strip() for part in text.split(",")))
    for name in wanted:
        if name not in offline.FORMATS:
            known = ", ".join(offline.FORMATS)
            raise InvalidInput(f"There is no format {name!r}; there are {known}.")
    return wanted


def _parameters(
    known: Iterable[Mapping[str, Any]], given: Iterable[str]
) -> dict[str, str | float | bool]:
    """Read NAME=VALUE by the kind of each parameter. Raises InvalidInput."""
    kinds = {parameter["name"]: parameter["kind"] for parameter in known}
    values: dict[str, str | float | bool] = {}
    for text in given:
        name, _, value = text.partition("=")
        values[name] = _value(kinds.get(name, "choice"), name, value)
    return values


def _value(kind: str, name: str, text: str) -> str | float | bool:
    if kind == "choice":
        return text
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return float(text)
    except ValueError as error:
        raise InvalidInput(f"{name} must be a {kind}, not {text!r}.") from error
