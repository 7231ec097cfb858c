from __future__ import annotations

from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from deploy_files import compose, compose_services, compose_variables
from sammot.records import JobKind
from sammot.settings import Settings

SERVICES = compose_services()
ONCE = {"migrate", "bucket"}
"""Those that do something and end."""
WITHOUT_CHECK = {"worker", "copies", "worker-gpu"}
"""Workers say in the store that they live."""


def read(content: dict[str, Any]) -> None:
    specification = PyCompose.from_yaml(yaml.safe_dump(content))
    specification.validate()


def test_it_is_by_the_specification() -> None:
    read(compose())


@pytest.mark.parametrize(
    ("name", "value"), [("restart", "maybe"), ("healthchek", {}), ("networks", ["nowhere"])]
)
def test_what_is_not_by_the_specification_is_found(name: str, value: object) -> None:
    broken = compose()
    broken["services"]["web"][name] = value
    with pytest.raises(ValueError, match=name.removesuffix("s")):
        read(broken)


def test_everything_that_the_service_needs_is_there() -> None:
    needed = {"nginx", "web", "events", "worker", "mongo", "redis", "objects", "worker-gpu"}
    assert needed <= SERVICES.keys()
    assert SERVICES["worker-gpu"]["profiles"] == ["gpu"]


def test_every_secret_must_be_given() -> None:
    for name, mark in compose_variables().items():
        is_secret = name.endswith(("PASSWORD", "SECRET_KEY", "TOKEN"))
        assert (mark == ":?") == is_secret, name
    secrets = {name for name, field in Settings.model_fields.items() if "Secret" in str(field)}
    for name in secrets:
        value = SERVICES["web"]["environment"].get(f"SAMMOT_{name.upper()}")
        assert value is None or "given" in value, name


OF_THE_CONTAINERS = {"host", "port", "data_dir", "mongo_database", "files_location", "workers"}
"""Settings that are the image's, or are said on the command line."""


def test_every_other_setting_can_be_chosen_from_outside() -> None:
    given = SERVICES["web"]["environment"].keys()
    chosen = Settings.model_fields.keys() - OF_THE_CONTAINERS
    assert given == {f"SAMMOT_{name.upper()}" for name in chosen}
    nginx = SERVICES["nginx"]["environment"]
    assert int(nginx["SAMMOT_MAX_BYTES"]) == Settings.model_fields["max_bytes"].default


def test_nginx_finds_processes_that_were_replaced() -> None:
    for name in ("web", "events"):
        assert SERVICES["nginx"]["depends_on"][name]["restart"] is True


@pytest.mark.parametrize("name", SERVICES)
def test_each_has_limits_health_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    if name in ONCE:
        assert service["restart"] == "on-failure"
        return
    assert service["restart"] == "unless-stopped"
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
    check = service.get("healthcheck", {})
    is_ours = service["image"].startswith("sammot:")
    assert check.get("disable", False) == (name in WITHOUT_CHECK)
    assert is_ours or "test" in check


def test_every_kind_of_job_has_a_worker_that_may_finish_its_chunk() -> None:
    workers = [SERVICES[name] for name in WITHOUT_CHECK]
    for service in workers:
        assert int(service["stop_grace_period"].removesuffix("s")) >= 30
    always = [service["command"] for service in workers if "profiles" not in service]
    taken = [command[command.index("--queues") + 1] for command in always]
    assert set(",".join(taken).split(",")) == set(JobKind)


@pytest.mark.parametrize("name", SERVICES)
def test_every_volume_is_declared(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]
        assert source.startswith("./") or source in compose()["volumes"], volume


@pytest.mark.parametrize("name", SERVICES)
def test_only_nginx_and_the_files_are_reached_from_outside_and_from_this_machine_only(
    name: str,
) -> None:
    for port in SERVICES[name].get("ports", []):
        assert name in ("nginx", "objects")
        assert port.startswith("127.0.0.1:")


def test_nothing_of_ours_runs_as_root_or_writes_its_own_files() -> None:
    for name, service in SERVICES.items():
        if service["image"].startswith(("sammot:", "nginx")):
            assert service["read_only"], name
            assert service["cap_drop"] == ["ALL"]
            assert "user" not in service, "the image says who"
