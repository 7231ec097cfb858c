from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from sammot.doctor import Verdict, examine
from sammot.settings import Settings

_COLOURS = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAULT: "red"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For programs: a list of findings.")
def command(*, as_json: bool) -> None:
    """Look at everything that the service needs. Exit status 1 if something is wrong."""
    found = []
    for finding in examine(Settings()):
        found.append(finding)
        if not as_json:
            verdict = click.style(f"{finding.verdict:8}", _COLOURS[finding.verdict])
            click.echo(f"{verdict} {finding.name:24} {finding.detail}")
            if finding.remedy:
                click.echo(f"{'':8} {'':24} {finding.remedy}")
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in found], indent=2))
    sys.exit(any(finding.verdict is Verdict.FAULT for finding in found))
