"""The names, and the page that explains them."""

import re
from pathlib import Path

from app.telemetry.names import METRICS, Attribute, Metric, Span

PAGE = Path(__file__).parents[3] / "docs" / "observing.md"
TABLE = re.compile(r"<!-- metrics: [^>]*-->\n(.*)<!-- end of metrics -->", re.DOTALL)


def row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.meaning} |\n"


def table() -> str:
    head = "\n| Metric | Kind | Labels | Meaning |\n| --- | --- | --- | --- |\n"
    return head + "".join(map(row, METRICS)) + "\n"


def test_the_page_explains_each_metric_in_the_words_of_the_code():
    found = TABLE.search(PAGE.read_text())
    assert found is not None
    assert found[1] == table(), f"the table has to be:\n{table()}"


def test_the_page_names_each_span_and_each_attribute_of_ours():
    page = PAGE.read_text()
    for span in Span:
        assert f"`{span}`" in page
    for attribute in Attribute:
        if attribute.startswith("modulo.attempt."):
            assert f".{attribute.rpartition('.')[2]}`" in page, attribute
        elif attribute.startswith("modulo."):
            assert f"`{attribute}`" in page, attribute


def test_no_metric_has_a_label_that_clients_can_fill_at_will():
    labels = {label for metric in METRICS for label in metric.labels}
    assert labels == {
        *("version", "status", "mode", "strategy", "lane", "outcome", "after"),
        *("proposer", "result", "flaw", "model", "kind", "verdict"),
        *("validator", "stand", "operation", "method", "route"),
    }
