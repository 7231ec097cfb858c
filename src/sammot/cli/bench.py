from __future__ import annotations

import click

from sammot import scenes, selfcheck
from sammot.engines import engines
from sammot.metrics import total
from sammot.service import chosen
from sammot.settings import Settings

_COLUMNS = ("HOTA", "DetA", "AssA", "MOTA", "IDF1", "J")
_WIDTH, _HEIGHT = 640, 360


@click.command("bench")
@click.option("--engine", default="motion", show_default=True, help="Which engine.")
@click.option("--preset", default="balanced", show_default=True, help="fast, balanced, accurate.")
@click.option(
    "--scene", "names", multiple=True, type=click.Choice(scenes.PRESETS), help="Only this."
)
def command(engine: str, preset: str, names: tuple[str, ...]) -> None:
    """Measure quality and speed on this machine, on generated scenes with exact truth."""
    entry = chosen(engines(Settings()), engine)
    parameters = entry.complete({"preset": preset})
    click.echo(
        f"{engine} {entry.version}, {preset}, {_WIDTH}x{_HEIGHT}; shares in percent, on masks"
    )
    click.echo(_line("scene", _COLUMNS, "frames/s"))
    evaluations = []
    for name in names or scenes.PRESETS:
        done = selfcheck.check(entry, parameters, scenes.make(name, width=_WIDTH, height=_HEIGHT))
        evaluations.append(done.evaluation)
        scores = [f"{100 * done.evaluation.scores[column]:.1f}" for column in _COLUMNS]
        click.echo(_line(name, scores, f"{done.fps:.1f}"))
    whole = total(evaluations).scores
    click.echo(_line("all", [f"{100 * whole[column]:.1f}" for column in _COLUMNS], ""))


def _line(name: str, cells: tuple[str, ...] | list[str], speed: str) -> str:
    return f"{name:<14}" + "".join(f"{cell:>7}" for cell in cells) + f"{speed:>10}"
