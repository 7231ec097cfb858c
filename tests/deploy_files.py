"""The files of the deployment, as their tools would read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
KUBERNETES = sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
_VARIABLE = re.compile(r"\$\$|\$\{(\w+)(?:(:-|:\?)([^}]*))?\}")


def compose() -> dict[str, Any]:
    """compose.yaml with its variables filled in: by their defaults, the others by `given`."""
    content: dict[str, Any] = _filled(yaml.safe_load((ROOT / "compose.yaml").read_text()))
    return content


def compose_services() -> dict[str, dict[str, Any]]:
    services: dict[str, dict[str, Any]] = compose()["services"]
    return services


def compose_variables() -> dict[str, str]:
    """Each variable that compose.yaml takes from outside: `:-`, `:?`, or nothing behind it."""
    text = (ROOT / "compose.yaml").read_text()
    return {found[1]: found[2] or "" for found in _VARIABLE.finditer(text) if found[1]}


def manifests() -> Iterator[dict[str, Any]]:
    for file in KUBERNETES:
        yield from yaml.safe_load_all(file.read_text())


def containers() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each container of a manifest, with the name of what it belongs to."""
    for manifest in manifests():
        if "template" in manifest.get("spec", {}):
            for container in manifest["spec"]["template"]["spec"]["containers"]:
                yield manifest["metadata"]["name"], container


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _filled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner) for inner in value]
    return _VARIABLE.sub(_one, value) if isinstance(value, str) else value


def _one(found: re.Match[str]) -> str:
    if found[0] == "$$":
        return "$"
    return found[3] if found[2] == ":-" else "given"
