from __future__ import annotations

import click

from sammot import bootstrap
from sammot.settings import Settings


@click.command("migrate")
def command() -> None:
    """Prepare the database for this version: once, before its processes start."""
    for line in bootstrap.migrate(Settings()):
        click.echo(line)
