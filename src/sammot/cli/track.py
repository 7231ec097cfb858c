from __future__ import annotations

import glob
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import click
from tqdm import tqdm

from sammot import bootstrap, footage, offline
from sammot.engines import engines
from sammot.errors import InvalidInput, NotFound, SamMotError
from sammot.service import EngineEntry, chosen
from sammot.settings import Settings


@click.command("track")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--engine", default="motion", show_default=True, help="Which engine.")
@click.option("--preset", help="Of the engine motion: fast, balanced (the default), accurate.")
@click.option(
    "--weights", type=click.Path(path_type=Path), metavar="DIR",
    help="The folder of a model, for the engines that need one.",
)  # fmt: skip
@click.option(
    "--prompts", type=click.File(), metavar="FILE",
    help="A JSON list of objects to follow: see docs/api.md.",
)  # fmt: skip
@click.option(
    "--text", metavar="WORDS",
    help="What to look for, such as 'a red car, a dog', for the engines that read.",
)  # fmt: skip
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="An engine's parameter.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("tracks"), show_default=True,
    help="The folder for the results; those of an earlier run are replaced.",
)  # fmt: skip
@click.option(
    "--format", "formats", default="json", show_default=True, help="Any of json,csv,mot,mp4."
)
@click.option(
    "--fps", type=click.FloatRange(0.001, 1000), default=30.0, show_default=True,
    help="Of folders of pictures.",
)  # fmt: skip
@click.option(
    "--show-progress/--no-progress", default=None,
    help="A bar with frames per second and time left; on a terminal it is shown anyway.",
)  # fmt: skip
def command(
    sources: tuple[str, ...],
    *,
    engine: str,
    preset: str | None,
    weights: Path | None,
    prompts: IO[str] | None,
    text: str | None,
    given: tuple[str, ...],
    output: Path,
    formats: str,
    fps: float,
    show_progress: bool | None,
) -> None:
    """Track videos, folders of pictures, or patterns of either; no server is needed.

    Pictures of one folder that are named together are one clip. What cannot be tracked is told,
    and the rest is tracked.
    """
    settings = Settings()
    entry = chosen(engines(settings, weights), engine)
    short = {"preset": preset, "text": text}
    words = [f"{name}={value}" for name, value in short.items() if value is not None]
    values: dict[str, Any] = {**_parameters(entry.parameters, [*words, *given])}
    if prompts is not None:
        values["prompts"] = _json(prompts)
    parameters = entry.complete(values)
    wanted = _formats(formats)
    limits, names, failures = bootstrap.limits(settings), Counter[str](), 0
    for paths in footage.gathered(_paths(sources)):
        try:
            clip = footage.opened(paths, limits=limits, fps=fps)
            names[clip.name] += 1
            if names[clip.name] > 1:  # a/clip.mp4, b/clip.mp4
                clip.name += f"-{names[clip.name]}"
            _track(clip, entry, parameters, output, wanted, show_progress=show_progress)
        except SamMotError as error:
            failures += 1
            click.echo(f"Error: {paths[0]}: {error}", err=True)
    if failures:
        sys.exit(1)


def _track(
    clip: footage.Footage,
    entry: EngineEntry,
    parameters: Mapping[str, Any],
    output: Path,
    formats: list[str],
    *,
    show_progress: bool | None,
) -> None:
    """Track one clip, with a bar, and tell what came of it; None: a bar on a terminal only."""
    for warning in clip.warnings:
        click.echo(f"{clip.name}: {warning}", err=True)
    hidden = None if show_progress is None else not show_progress
    with tqdm(total=clip.info.frame_count, unit=" frames", desc=clip.name, disable=hidden) as bar:

        def told(count: int) -> None:
            bar.update(count - bar.n)

        done = offline.track(clip, entry, parameters, output=output, formats=formats, progress=told)
    rate = done.frame_count / done.seconds
    files = ", ".join(str(file) for file in done.files)
    click.echo(
        f"{clip.name}: {done.frame_count} frames, {done.track_count} tracks,"
        f" {rate:.1f} frames a second -> {files}"
    )


def _json(file: IO[str]) -> object:
    try:
        return json.load(file)
    except ValueError as error:
        raise InvalidInput(f"{file.name} is not JSON: {error}.") from error


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
    if kind in ("choice", "text"):
        return text
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return float(text)
    except ValueError as error:
        raise InvalidInput(f"{name} must be a {kind}, not {text!r}.") from error
