"""The command line. Each command is a module of its own, loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click
from pydantic import ValidationError

from sammot import __version__
from sammot.errors import SamMotError

_COMMANDS = (
    "up",
    "track",
    "eval",
    "bench",
    "models",
    "web",
    "events",
    "worker",
    "doctor",
    "jobs",
    "migrate",
    "openapi",
)


class _Commands(click.Group):
    """Finds a command in the module of its name; a user's errors become one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"sammot.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        try:
            return super().invoke(ctx)
        except SamMotError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}.") from error
        except ValidationError as error:
            raise click.ClickException(_settings_fault(error)) from error


def _settings_fault(error: ValidationError) -> str:
    """Which variable of the environment is wrong, and why."""
    first = error.errors()[0]
    name = "SAMMOT_" + "_".join(str(part) for part in first["loc"]).upper()
    return f"{name} is not usable: {first['msg']}."


@click.group(cls=_Commands)
@click.version_option(__version__)
def main() -> None:
    """SAM-MOT: everything that moves in a video, segmented, tracked and numbered."""
