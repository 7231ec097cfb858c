"""The deployment runs commands that there are, with settings that there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pytest

from deploy_files import ROOT, compose_services, containers, manifests
from sammot.cli import main
from sammot.settings import Settings

KNOWN = {f"SAMMOT_{name.upper()}" for name in Settings.model_fields}
TEMPLATE = set(re.findall(r"\$\{(\w+)\}", (ROOT / "deploy" / "nginx.conf").read_text()))
OURS = {
    **{f"compose-{name}": s["command"] for name, s in compose_services().items() if "build" in s},
    **{f"kubernetes-{name}": c["args"] for name, c in containers() if "sammot:" in c["image"]},
    "Dockerfile": re.findall(
        r'"([^"]+)"', re.findall(r"^CMD (.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[0]
    ),
}


@pytest.mark.parametrize("where", OURS)
def test_sammot_has_the_command_and_its_options(where: str) -> None:
    name, *arguments = OURS[where]
    assert isinstance(main, click.Group)
    with main.make_context("sammot", [name]) as context:
        command = main.get_command(context, name)
        assert command is not None
        command.make_context(name, list(arguments), parent=context).close()


def nginx_environments() -> list[dict[str, Any]]:
    (pod,) = (container for name, container in containers() if name == "nginx")
    listed = {entry["name"]: entry["value"] for entry in pod["env"]}
    return [compose_services()["nginx"]["environment"], listed]


@pytest.mark.parametrize("environment", nginx_environments(), ids=["compose", "kubernetes"])
def test_nginx_is_given_all_that_its_template_asks_for(environment: dict[str, Any]) -> None:
    assert {name for name in environment if name.startswith("SAMMOT_")} == TEMPLATE


def test_every_setting_that_is_set_exists() -> None:
    given = {
        name
        for service in compose_services().values()
        if "build" in service
        for name in service["environment"]
    }
    maps = [m["data"] for m in manifests() if m["kind"] == "ConfigMap"]
    given |= {name for data in maps for name in data}
    secrets = Path(ROOT, "deploy", "kubernetes", "settings.yaml").read_text()
    given |= set(re.findall(r"SAMMOT_[A-Z0-9_]+", secrets))
    given |= set(re.findall(r"SAMMOT_[A-Z0-9_]+", (ROOT / "Dockerfile").read_text()))
    assert given <= KNOWN
