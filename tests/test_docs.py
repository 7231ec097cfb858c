from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from sammot.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
SETTING = re.compile(r"^#?(SAMMOT_[A-Z0-9_]+)=(.*)$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_command_of_the_documents_exists() -> None:
    text = "\n".join(page.read_text() for page in PAGES if page.name != "CHANGELOG.md")
    promised = set(re.findall(r"\./dev ([a-z]+)", text))
    done = subprocess.run([ROOT / "dev", "--help"], capture_output=True, text=True, check=True)
    offered = set(re.findall(r"^    ([a-z]+)  ", done.stdout, re.MULTILINE))
    assert {"up", "test"} <= promised <= offered


def test_every_path_of_the_table_of_places_exists() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    rows = re.findall(r"^\| .* \| (.*) \|$", text, re.MULTILINE)
    paths = [path for row in rows for path in re.findall(r"`([^`\s]+)`", row)]
    assert len(paths) > len(rows) / 2
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_map_in_the_readme_is_of_this_tree() -> None:
    _, _, rest = (ROOT / "README.md").read_text().partition("## Map\n\n```\n")
    folder = ROOT
    for line in rest.partition("\n```")[0].splitlines():
        indent, name = re.match(r"( *)(\S+)", line).groups()  # type: ignore[union-attr]
        path = (folder if indent else ROOT) / name
        assert path.exists(), name
        folder = folder if indent else path


def test_the_example_of_settings_names_every_setting_with_its_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    example = dict(SETTING.findall((ROOT / ".env.example").read_text()))
    names = {f"SAMMOT_{name.upper()}" for name in Settings.model_fields}
    assert example.keys() == names
    operations = (ROOT / "docs" / "operations.md").read_text()
    told = {name.removeprefix("SAMMOT_") for name in re.findall(r"`([A-Z0-9_]+)`", operations)}
    assert {name.removeprefix("SAMMOT_") for name in names} <= told
    defaults = Settings()
    for name, value in example.items():
        if value:
            monkeypatch.setenv(name, value)
    assert Settings() == defaults


def test_the_licence_is_complete() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
