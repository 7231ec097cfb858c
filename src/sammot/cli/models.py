from __future__ import annotations

import click

from sammot.errors import Unavailable
from sammot.models import installed
from sammot.models.catalogue import CATALOGUE
from sammot.models.fetching import fetch, published
from sammot.models.kinds import CONCEPTS, DETECTORS, FAMILIES, GROUNDERS
from sammot.settings import Settings


@click.group("models")
def command() -> None:
    """The weights of Segment Anything and its detectors: which there are, and where they lie."""


@command.command("list")
def list_() -> None:
    """What can be fetched, and what is here."""
    here = installed.find(Settings().models_folder, {*FAMILIES, *CONCEPTS, *DETECTORS, *GROUNDERS})
    for name, model in CATALOGUE.items():
        licence = f"{model.licence} (gated)" if model.is_gated else model.licence
        state = "here" if name in here else "-"
        click.echo(f"{name:<21}{model.engine:<6}{model.parameters:>7.1f} M  {licence:<21}{state}")
    for name in here.keys() - CATALOGUE.keys():
        click.echo(f"{name:<21}your own, in {here[name]}")


@command.command("path")
def path() -> None:
    """The folder of all models; each has a folder of its own in it."""
    click.echo(Settings().models_folder)


@command.command("fetch")
@click.argument("name")
@click.option("--revision", help="A commit, branch or tag instead of the catalogue's commit.")
def fetch_(name: str, revision: str | None) -> None:
    """Fetch weights from the hub, check them, and keep them."""
    model = published(name)
    if installed.missing_packages():
        raise Unavailable(f"Segment Anything is not installed: {installed.INSTALL}")
    click.echo(f"{model.repository}, licence {model.licence}")
    folder = Settings().models_folder
    folder.mkdir(parents=True, exist_ok=True)
    click.echo(f"{name} lies in {fetch(name, folder, revision=revision)}")
