import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from app.settings import Settings
from tests.deploy.files import PORT, ROOT, documents, is_pinned, most_mebibytes, program

FILE = ROOT / "docker-compose.yml"
COMPOSED = yaml.safe_load(FILE.read_text())
SERVICES = COMPOSED["services"]
OURS = ("modulo", "api", "worker")
every_service = pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))


def profiles(name: str) -> set[str]:
    return set(SERVICES[name]["profiles"])


@every_service
def test_a_service_has_no_privilege_and_bounds(service):
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pids_limit"] > 0
    assert service["mem_limit"]
    assert any(mount.startswith("/tmp") for mount in service["tmpfs"])


@every_service
def test_a_service_is_pinned_and_tells_how_it_is(service):
    assert is_pinned(service["image"])
    # That of ours is in the image.
    assert "healthcheck" in service or service["image"].startswith("modulo:")


@every_service
def test_ports_are_published_on_loopback_alone(service):
    for port in service.get("ports", ()):
        assert port.startswith("127.0.0.1:")


@every_service
def test_what_is_mounted_is_in_the_project_or_a_volume(service):
    for mount in service.get("volumes", ()):
        source, target, *how = mount.split(":")
        if source.startswith("."):
            assert (ROOT / source).exists()
            assert how == ["ro"]
        else:
            assert source in COMPOSED["volumes"]
        assert target.startswith("/")


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_that_modulo_listens_to(name):
    ours = [key for key in SERVICES[name]["environment"] if key.startswith("MODULO_")]
    assert ours
    assert {key.removeprefix("MODULO_").lower() for key in ours} <= set(Settings.model_fields)


@pytest.mark.parametrize("name", OURS)
def test_there_is_time_to_drain(name):
    (drain,) = re.findall(r":-(\d+)}", SERVICES[name]["environment"]["MODULO_DRAIN_SECONDS"])
    assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > int(drain) + 10


@pytest.mark.parametrize("name", OURS)
def test_its_memory_is_enough_for_all_that_may_run_at_once(name):
    (gibibytes,) = re.findall(r":-(\d+)g}", SERVICES[name]["mem_limit"])
    assert int(gibibytes) * 1024 >= most_mebibytes()


def test_nobody_is_let_in_without_a_key_but_where_the_port_is_on_loopback():
    for name in OURS:
        assert "MODULO_TRUST_NETWORK" in SERVICES[name]["environment"]
    assert "ports" not in SERVICES["worker"]


def test_a_worker_reaches_redis_and_the_model_and_nobody_outside():
    networks = SERVICES["worker"]["networks"]
    assert all(COMPOSED["networks"][name].get("internal") for name in networks)
    assert set(networks) & set(SERVICES["redis"]["networks"])
    assert set(networks) & set(SERVICES["vllm"]["networks"])


def test_only_api_and_workers_reach_redis():
    assert SERVICES["redis"]["networks"] == ["queue"]
    assert {name for name in SERVICES if "queue" in SERVICES[name]["networks"]} == {
        *("api", "worker", "redis")
    }


def test_the_service_alone_and_the_scaled_one_do_not_run_beside_each_other():
    assert profiles("modulo") == {"embedded"}
    assert profiles("api") == profiles("worker") == profiles("redis") == {"scale"}
    assert "COMPOSE_PROFILES=embedded" in (ROOT / ".env").read_text().splitlines()


def test_redis_keeps_what_it_is_given_and_forgets_nothing_by_itself():
    lines = (ROOT / "deploy/redis/redis.conf").read_text().splitlines()
    assert {"appendonly yes", "maxmemory-policy noeviction"} <= set(lines)
    (most,) = [line.split()[1] for line in lines if line.startswith("maxmemory ")]
    assert most == "1gb"
    assert int(SERVICES["redis"]["mem_limit"].removesuffix("m")) > 2 * 1024


def test_whoever_is_watched_is_where_it_is_looked_for():
    watched = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    for job in watched["scrape_configs"]:
        for found in job["dns_sd_configs"]:
            assert found["port"] == PORT
            for name in found["names"]:
                assert "watch" in SERVICES[name]["networks"]
    assert SERVICES["worker"]["environment"]["MODULO_WORKER_PORT"] == str(PORT)
    assert all(SERVICES[name]["ports"][0].endswith(f":{PORT}") for name in ("modulo", "api"))


def test_prometheus_takes_its_configuration(tmp_path):
    told = (ROOT / "deploy/prometheus/prometheus.yml").read_text()
    path = tmp_path / "prometheus.yml"
    path.write_text(told.replace("/etc/prometheus", str(ROOT / "deploy/prometheus")))
    ended = subprocess.run(
        [program("promtool"), "check", "config", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


def test_vllm_is_served_alike_in_compose_and_on_kubernetes():
    served = SERVICES["vllm"]
    path = ROOT / "deploy/kubernetes/gpu/vllm.yaml"
    (deployment,) = [one for one in documents(path.read_text()) if one["kind"] == "Deployment"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == served["image"]
    assert container["command"] == served["entrypoint"]
    defaults = [re.sub(r"\$\{.*?:-(.*)\}$", r"\1", word) for word in served["command"][1:]]
    assert container["args"][1:] == defaults


def command_of_compose() -> list[str]:
    """Compose, as a program or as what Docker's command line knows; else the test is skipped."""
    for command in (["docker-compose"], ["docker", "compose"]):
        if shutil.which(command[0]):
            asked = subprocess.run([*command, "version"], capture_output=True, check=False)
            if asked.returncode == 0:
                return command
    pytest.skip("Docker Compose is not installed")


def composed(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Have compose read the file, schema and all."""
    return subprocess.run(
        [*command_of_compose(), *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(Path.home()), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def run_by(*names: str) -> set[str]:
    options = [option for name in names for option in ("--profile", name)]
    ended = composed(*options, "config", "--services")
    assert ended.returncode == 0, ended.stderr
    return set(ended.stdout.split())


def test_compose_runs_what_the_two_commands_say():
    assert run_by() == {"modulo"}
    assert run_by("scale", "gpu") == {"api", "worker", "redis", "vllm"}
    assert run_by("embedded", "obs") == {"modulo", "prometheus", "grafana"}


def test_compose_takes_a_password_for_redis_and_a_model_elsewhere():
    ended = composed(
        *("--profile", "scale", "config", "--format", "json"),
        REDIS_PASSWORD="hush",
        MODULO_MODEL_URL="",
        MODULO_MODEL="",
    )
    services = json.loads(ended.stdout)["services"]
    assert services["redis"]["command"][-2:] == ["--requirepass", "hush"]
    seen = services["worker"]["environment"]
    assert seen["MODULO_REDIS_URL"] == "redis://:hush@redis:6379/0"
    assert (seen["MODULO_MODEL_URL"], seen["MODULO_MODEL"]) == ("", "")


def test_compose_lets_workers_out_where_it_is_told_to():
    files = ("-f", "docker-compose.yml", "-f", "deploy/compose/outside.yml")
    ended = composed(*files, "--profile", "scale", "config", "--format", "json")
    assert "outside" in json.loads(ended.stdout)["services"]["worker"]["networks"]


def test_an_empty_setting_is_one_that_is_not_set(monkeypatch):
    for name in ("MODULO_MODEL_URL", "MODULO_MODEL", "MODULO_CONCURRENCY"):
        monkeypatch.setenv(name, "")
    settings = Settings()
    assert (settings.model_url, settings.model, settings.concurrency) == (None, None, 64)
