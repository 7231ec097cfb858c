from __future__ import annotations

from pathlib import Path

import click
import orjson

from sammot import evaluation
from sammot.metrics import METRICS, table

_EXISTING = click.Path(exists=True, path_type=Path)


@click.command("eval")
@click.option("--gt", type=_EXISTING, required=True, help="MOT text, result JSON, or masks.")
@click.option("--tracks", type=_EXISTING, required=True, help="The same, of the tracker.")
@click.option("--metrics", help=f"Any of {','.join(METRICS)}; all that apply by default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def command(gt: Path, tracks: Path, metrics: str | None, *, as_json: bool) -> None:
    """Hold tracks against ground truth: HOTA, CLEAR, Identity, J&F."""
    wanted = [name.strip().lower() for name in metrics.split(",")] if metrics else None
    rows = evaluation.evaluate_paths(gt, tracks, metrics=wanted)
    if as_json:
        click.echo(orjson.dumps(evaluation.to_json(rows), option=orjson.OPT_INDENT_2))
    else:
        click.echo(table(rows))
