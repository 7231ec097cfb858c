from __future__ import annotations

import sys

import click
import orjson

from sammot import bootstrap, logs


@click.command("openapi")
def command() -> None:
    """Print the OpenAPI document of the HTTP API."""
    logs.configure("WARNING")
    sys.stdout.buffer.write(orjson.dumps(bootstrap.openapi(), option=orjson.OPT_INDENT_2) + b"\n")
