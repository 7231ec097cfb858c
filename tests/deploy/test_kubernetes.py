from __future__ import annotations

import json
from typing import Any

import kubernetes_validate
import pytest

from deploy_files import ROOT, containers, manifests
from records_help import LEASE, a_job, a_video
from sammot.ports import Store
from sammot.records import JobKind

KEDA = {"ScaledObject", "TriggerAuthentication"}
"""Custom resources: Kubernetes' own schemas do not know them."""
ALL = list(manifests())
BY_KIND: dict[str, list[dict[str, Any]]] = {}
for manifest in ALL:
    BY_KIND.setdefault(manifest["kind"], []).append(manifest)
CONTAINERS = list(containers())


def name_of(manifest: dict[str, Any]) -> str:
    return f"{manifest['kind']}-{manifest['metadata']['name']}"


@pytest.mark.parametrize("manifest", [m for m in ALL if m["kind"] not in KEDA], ids=name_of)
def test_it_is_by_kubernetes_schema(manifest: dict[str, Any]) -> None:
    latest = kubernetes_validate.latest_version()
    kubernetes_validate.validate(manifest, latest, strict=True)


def test_a_manifest_with_a_fault_is_found() -> None:
    broken = json.loads(json.dumps(BY_KIND["Deployment"][0]))
    broken["spec"]["template"]["spec"]["containers"][0]["prots"] = []
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize(("name", "container"), CONTAINERS, ids=[name for name, _ in CONTAINERS])
def test_every_container_is_confined_and_bounded(name: str, container: dict[str, Any]) -> None:
    del name
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]


def test_pods_run_as_nobody_in_particular_and_services_set_no_variables() -> None:
    for manifest in ALL:
        if "template" in manifest.get("spec", {}):
            pod = manifest["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsNonRoot"] is True
            assert pod["enableServiceLinks"] is False, "SAMMOT_PORT would be an address"


def test_what_serves_is_probed_and_survives_the_loss_of_a_node() -> None:
    for name in ("web", "events", "nginx"):
        (deployment,) = (d for d in BY_KIND["Deployment"] if d["metadata"]["name"] == name)
        assert deployment["spec"]["replicas"] >= 2
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        assert {"readinessProbe", "livenessProbe"} <= container.keys()
    guarded = {budget["metadata"]["name"] for budget in BY_KIND["PodDisruptionBudget"]}
    assert guarded >= {"web", "events", "nginx", "worker"}


def test_the_ingress_waits_as_long_as_our_own_nginx() -> None:
    (ingress,) = BY_KIND["Ingress"]
    waits = ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-read-timeout"]
    assert f"proxy_read_timeout {waits};" in (ROOT / "deploy" / "nginx.conf").read_text()


def test_selectors_find_the_pods_that_they_mean() -> None:
    labels = [
        m["spec"]["template"]["metadata"]["labels"] for m in ALL if "template" in m.get("spec", {})
    ]
    wanted = [s["spec"]["selector"] for s in BY_KIND["Service"]]
    wanted += [b["spec"]["selector"]["matchLabels"] for b in BY_KIND["PodDisruptionBudget"]]
    for selector in wanted:
        assert any(selector.items() <= pod.items() for pod in labels), selector


def test_every_kind_of_job_has_a_worker_that_may_finish_its_chunk() -> None:
    taken = []
    for deployment in BY_KIND["Deployment"]:
        pod = deployment["spec"]["template"]["spec"]
        for container in pod["containers"]:
            if "worker" in container.get("args", []):
                taken += container["args"][container["args"].index("--queues") + 1].split(",")
                assert pod["terminationGracePeriodSeconds"] >= 30
    assert set(taken) == set(JobKind)


def test_the_scaler_counts_the_jobs_that_wait_or_run(mongo_store: Store) -> None:
    (scaler,) = BY_KIND["ScaledObject"]
    (trigger,) = scaler["spec"]["triggers"]
    query = json.loads(trigger["metadata"]["query"])
    mongo_store.add_video(
        a_video(job_id="j1"),
        [
            a_job("j1"),
            a_job("j2"),
            a_job("j3"),
            a_job("j4", kind=JobKind.PROXY),
            a_job("j5", kind=JobKind.SPAN),
        ],
    )
    mongo_store.update_job("j2", lambda job: job.claimed("w", job.created_at, LEASE))
    mongo_store.update_job("j3", lambda job: job.cancelled(job.created_at))
    jobs = mongo_store._db[trigger["metadata"]["collection"]]  # type: ignore[attr-defined]
    assert jobs.count_documents(query) == 3
