from __future__ import annotations

import click

from sammot.cli.web import serve

_CONNECTIONS = "4000"


@click.command("events")
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of SAMMOT_PORT.")
def command(port: int | None) -> None:
    """Run the event streams alone: thousands in one process, behind a proxy that tells them apart.

    It answers everything that `sammot web` does, one request after the other.
    """
    serve(port, "--worker-class", "gevent", "--worker-connections", _CONNECTIONS)
