"""Dashboard and alerts speak of metrics that are there: in the code, and in a real scrape."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from app.telemetry.names import METRICS, PROCESS_METRICS, Kind
from planners.generators.blocksworld import generate
from tests.app.test_worker import free_port, running

ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "deploy" / "grafana" / "modulo.json"
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
ALERTS_TEST = ROOT / "deploy" / "prometheus" / "alerts_test.yml"

NAME = re.compile(r"\b(?:modulo|process)_[a-z_]+\b")
SELECTOR = re.compile(r"\b((?:modulo|process)_[a-z_]+)\{([^}]*)\}")
MATCHER = re.compile(r'([a-z_]+) *(?:=~|!~|!=|=) *"')
GROUPING = re.compile(r"\bby \(([^)]*)\) *\(")

SERIES = {series: metric for metric in METRICS for series in metric.series}
# Prometheus itself adds these.
TARGET_LABELS = {"job", "instance", "le"}


def panels() -> list[dict]:
    return [
        panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["type"] != "row"
    ]


def rules() -> list[dict]:
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> list[str]:
    shown = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [*shown, *(rule["expr"] for rule in rules())]


@pytest.fixture(scope="module")
def scrape(tmp_path_factory) -> Iterator[str]:
    """What Prometheus gets from a service that has run a session."""
    folder = tmp_path_factory.mktemp("state")
    task = generate(3, 1)
    with running("serve", port=free_port(), folder=folder) as (_, client):
        asked = {"domain": task.domain, "problem": task.problem}
        assert client.post("/v1/plans", json=asked).json()["status"] == "solved"
        yield client.get("/metrics").text


def test_every_metric_is_in_a_real_scrape_with_its_kind(scrape):
    told = dict(re.findall(r"^# TYPE (\S+) (\S+)$", scrape, flags=re.MULTILINE))
    for metric in METRICS:
        assert told.get(metric.name) == metric.kind, metric.name
    for name in PROCESS_METRICS:
        assert name in told


def test_a_scrape_has_no_metric_of_ours_that_is_not_among_the_names(scrape):
    told = re.findall(r"^# TYPE (modulo_\S+) ", scrape, flags=re.MULTILINE)
    # The client library tells when each series was begun.
    ours = {name for name in told if not name.endswith("_created")}
    assert ours == {metric.name for metric in METRICS}


def test_a_session_that_was_solved_shows_in_the_scrape(scrape):
    ended = 'modulo_sessions_ended_total{mode="heuristic",outcome="solved",strategy="usual"} 1.0'
    assert ended in scrape
    assert re.search(r'modulo_verification_seconds_count\{verdict="valid"\} [1-9]', scrape)
    assert 'modulo_model_calls_total{model="apprentice",result="answered"} ' in scrape
    assert 'modulo_tokens_total{kind="completion",model="apprentice"} ' in scrape


def test_metrics_are_named_as_prometheus_asks():
    for metric in METRICS:
        assert re.fullmatch(r"modulo_[a-z_]+", metric.name)
        assert metric.name.endswith("_total") is (metric.kind is Kind.COUNTER)
        assert metric.meaning.endswith(".")
        if metric.kind is Kind.HISTOGRAM and metric.name != "modulo_session_attempts":
            assert metric.name.endswith("_seconds")
    assert len(SERIES) == sum(len(metric.series) for metric in METRICS)


@pytest.mark.parametrize("expression", expressions())
def test_every_expression_speaks_of_metrics_that_are_there(expression):
    found = NAME.findall(expression)
    assert found or "up{" in expression
    for name in found:
        assert name in SERIES or name in PROCESS_METRICS, name


@pytest.mark.parametrize("expression", expressions())
def test_every_expression_selects_and_groups_by_labels_that_the_metric_has(expression):
    for name, matchers in SELECTOR.findall(expression):
        labels = set(SERIES[name].labels) if name in SERIES else set()
        for label in MATCHER.findall(matchers):
            assert label in labels | TARGET_LABELS, f"{name} has no {label}"
    known = {
        label
        for name in NAME.findall(expression)
        if name in SERIES
        for label in SERIES[name].labels
    }
    for grouping in GROUPING.findall(expression):
        assert {label.strip() for label in grouping.split(",")} <= known | TARGET_LABELS


def test_the_dashboard_shows_every_metric():
    shown = "\n".join(target["expr"] for panel in panels() for target in panel["targets"])
    missing = [metric.name for metric in METRICS if metric.name not in shown]
    assert missing == []


def test_the_dashboard_is_one_that_grafana_takes():
    dashboard = json.loads(DASHBOARD.read_text())
    assert dashboard["uid"] == "modulo"
    # What Grafana 10 writes; later ones read it and bring it up to date.
    assert 36 <= dashboard["schemaVersion"] <= 39
    variables = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    everything = dashboard["panels"]
    assert len({panel["id"] for panel in everything}) == len(everything)
    for panel in panels():
        assert panel["datasource"]["uid"] == "${datasource}"
        assert panel["description"]
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


def test_panels_do_not_lie_over_each_other():
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        place = panel["gridPos"]
        cells = {
            (place["x"] + across, place["y"] + down)
            for across in range(place["w"])
            for down in range(place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_the_rows_are_those_that_the_guide_names():
    titles = [
        panel["title"]
        for panel in json.loads(DASHBOARD.read_text())["panels"]
        if panel["type"] == "row"
    ]
    assert titles == [
        "Sessions", "The loop", "Latency", "Verifier", "Models", "HTTP", "Store and processes",
    ]  # fmt: skip


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_every_alert_says_what_it_is_and_what_to_do(rule):
    assert rule["alert"].startswith("Modulo")
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule["annotations"]) == {"summary", "runbook"}
    assert len(rule["annotations"]["runbook"]) > 80


def test_settings_that_alerts_name_exist():
    settings = (ROOT / "app" / "settings.py").read_text()
    for name in re.findall(r"MODULO_([A-Z_]+)", ALERTS.read_text()):
        assert re.search(rf"^    {name.lower()}: ", settings, flags=re.MULTILINE), name


needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="promtool is not installed; Debian has it in the package prometheus",
)


def promtool(*arguments: str | Path, stdin: str | None = None) -> str:
    done = subprocess.run(
        ["promtool", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_promtool
def test_prometheus_takes_the_alerts():
    assert f"{len(rules())} rules found" in promtool("check", "rules", ALERTS)


@needs_promtool
def test_the_alerts_fire_when_they_should_and_only_then():
    assert "SUCCESS" in promtool("test", "rules", ALERTS_TEST)


@needs_promtool
def test_prometheus_takes_every_expression_of_the_dashboard(tmp_path):
    shown = [target["expr"] for panel in panels() for target in panel["targets"]]
    filled = [
        expression.replace("$__rate_interval", "5m").replace("$job", ".+") for expression in shown
    ]
    recorded = [
        {"record": f"panel:{number}", "expr": expression}
        for number, expression in enumerate(filled)
    ]
    path = tmp_path / "panels.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))
    assert f"{len(shown)} rules found" in promtool("check", "rules", path)


@needs_promtool
def test_prometheus_finds_nothing_to_say_of_our_metrics(scrape):
    lines = [line for line in scrape.splitlines(keepends=True) if "_created" not in line]
    assert promtool("check", "metrics", stdin="".join(lines)) == ""
