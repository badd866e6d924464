import json
import subprocess
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from app.settings import Settings
from tests.deploy.files import PORT, ROOT, documents, is_pinned, most_mebibytes, program

Document = dict[str, Any]
FOLDER = ROOT / "deploy" / "kubernetes"
WORKLOADS = ("Deployment", "StatefulSet")
overlays = pytest.mark.parametrize("overlay", ["base", "gpu"])


@cache
def built(overlay: str) -> list[Document]:
    """What kustomize makes of an overlay."""
    ended = subprocess.run(
        [program("kubectl"), "kustomize", str(FOLDER / overlay)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return documents(ended.stdout)


def of_kind(overlay: str, *kinds: str) -> dict[str, Document]:
    return {one["metadata"]["name"]: one for one in built(overlay) if one["kind"] in kinds}


def pods(overlay: str) -> Iterator[tuple[str, Document, Document]]:
    """The name, pod and container of each workload."""
    for name, workload in of_kind(overlay, *WORKLOADS).items():
        pod = workload["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        yield name, pod, container


@overlays
def test_every_workload_is_there(overlay):
    expected = {"api", "worker", "redis"} | ({"vllm"} if overlay == "gpu" else set())
    assert set(of_kind(overlay, *WORKLOADS)) == expected


@overlays
def test_no_pod_has_privileges(overlay):
    for _, pod, container in pods(overlay):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


@overlays
def test_no_variable_of_the_cluster_is_taken_for_a_setting(overlay):
    assert all(pod["enableServiceLinks"] is False for _, pod, _ in pods(overlay))


@overlays
def test_every_pod_is_probed_bounded_and_pinned(overlay):
    for _, _, container in pods(overlay):
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)
        assert container["resources"]["limits"]["memory"]
        assert container["resources"]["requests"]
        assert is_pinned(container["image"])


@overlays
def test_ours_are_asked_how_they_are_where_they_say_it(overlay):
    for name, _, container in pods(overlay):
        if name not in {"api", "worker"}:
            continue
        assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert container["ports"] == [{"name": "http", "containerPort": PORT}]


@overlays
def test_their_memory_is_enough_for_all_that_may_run_at_once(overlay):
    for name, _, container in pods(overlay):
        if name in {"api", "worker"}:
            limit = container["resources"]["limits"]["memory"]
            assert int(limit.removesuffix("Gi")) * 1024 >= most_mebibytes()


@overlays
def test_there_is_time_to_drain(overlay):
    (settings,) = (one for name, one in of_kind(overlay, "ConfigMap").items() if "settings" in name)
    drain = int(settings["data"]["MODULO_DRAIN_SECONDS"])
    for name, pod, _ in pods(overlay):
        if name in {"api", "worker"}:
            assert pod["terminationGracePeriodSeconds"] > drain + 10


@overlays
def test_every_setting_is_one_that_modulo_listens_to(overlay):
    named = {variable["name"] for _, _, container in pods(overlay) for variable in container["env"]}
    for one in of_kind(overlay, "ConfigMap").values():
        named |= set(one["data"])
    ours = {name.removeprefix("MODULO_").lower() for name in named if name.startswith("MODULO_")}
    assert ours
    assert ours <= set(Settings.model_fields)


@overlays
def test_there_is_no_secret_in_the_files(overlay):
    assert not of_kind(overlay, "Secret")
    for _, _, container in pods(overlay):
        for variable in container["env"]:
            if any(word in variable["name"] for word in ("PASSWORD", "TOKEN", "AUTH")):
                assert "secretKeyRef" in variable["valueFrom"]


@overlays
def test_what_is_mounted_is_named(overlay):
    for name, pod, container in pods(overlay):
        claims = of_kind(overlay, *WORKLOADS)[name]["spec"].get("volumeClaimTemplates", ())
        volumes = {one["name"] for one in pod["volumes"]}
        volumes |= {claim["metadata"]["name"] for claim in claims}
        assert {mount["name"] for mount in container["volumeMounts"]} == volumes


@overlays
def test_services_and_budgets_choose_pods_that_are_there(overlay):
    labels = [
        workload["spec"]["template"]["metadata"]["labels"]
        for workload in of_kind(overlay, *WORKLOADS).values()
    ]
    chosen = [one["spec"]["selector"] for one in of_kind(overlay, "Service").values()]
    chosen += [
        one["spec"]["selector"]["matchLabels"]
        for one in of_kind(overlay, "PodDisruptionBudget").values()
    ]
    assert chosen
    for selector in chosen:
        assert sum(selector.items() <= each.items() for each in labels) == 1


@overlays
def test_nobody_talks_to_anybody_unless_it_is_said(overlay):
    policies = of_kind(overlay, "NetworkPolicy")
    assert policies["nobody-unless-said"]["spec"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }
    ((redis,),) = [rule["from"] for rule in policies["redis"]["spec"]["ingress"]]
    (expression,) = redis["podSelector"]["matchExpressions"]
    assert expression["values"] == ["api", "worker"]


@overlays
def test_names_are_asked_of_the_clusters_own_server(overlay):
    (rule,) = of_kind(overlay, "NetworkPolicy")["names"]["spec"]["egress"]
    ((server),) = rule["to"]
    # A label of ours among them would be one that it does not have.
    assert server["podSelector"]["matchLabels"] == {"k8s-app": "kube-dns"}


def test_workers_are_told_of_the_model_server_and_let_through_to_it():
    (settings,) = (one for name, one in of_kind("gpu", "ConfigMap").items() if "settings" in name)
    (service,) = (one for name, one in of_kind("gpu", "Service").items() if name == "vllm")
    port = service["spec"]["ports"][0]["port"]
    assert settings["data"]["MODULO_MODEL_URL"] == f"http://vllm:{port}/v1"
    (rule,) = of_kind("gpu", "NetworkPolicy")["worker-to-vllm"]["spec"]["egress"]
    assert rule["to"][0]["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "vllm"}


@overlays
def test_the_manifests_follow_the_schemas_of_kubernetes(overlay, tmp_path):
    from_packages = program("kubernetes-validate")
    for number, one in enumerate(built(overlay)):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(one))
    ended = subprocess.run(
        [from_packages, "-k", "1.31", "--strict", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
