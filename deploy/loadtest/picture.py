"""A report as a picture."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.loadtest.percentiles import percentile
from deploy.loadtest.report import Bound, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MISSING = "a picture needs matplotlib: pip install matplotlib, or leave it out with --no-picture"


class NoPicture(RuntimeError):
    """What draws is not installed."""


def can_draw() -> None:
    """Make sure that a picture can be drawn, before a run is made for it.

    Raises:
        NoPicture: it cannot.
    """
    try:
        import matplotlib  # noqa: F401, PLC0415 (not part of the base install)
    except ImportError:
        raise NoPicture(MISSING) from None


def draw(report: Report, path: Path) -> None:
    """Draw a report into a file; its ending says how (`.png`, `.svg`).

    Raises:
        NoPicture: matplotlib is not installed.
    """
    can_draw()
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(15, 8.5), layout="constrained")
    FigureCanvasAgg(figure)
    panels: list[Callable[[Axes, Report], None]] = [_rates, _latency, _in_flight]
    panels += [_knee if report.steps else _spreads, _memory, _words]
    for panel, axes in zip(panels, figure.subplots(2, 3).flat, strict=True):
        panel(axes, report)
    figure.suptitle(f"{report.scenario}: bounds {report.verdict}", fontsize=14)
    figure.savefig(path, dpi=110)


def _second_axis(axes: "Axes", report: Report, title: str, unit: str) -> None:
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_xlabel("seconds from the start")
    axes.set_ylabel(unit)
    axes.set_ylim(bottom=0)
    for incident in report.incidents:
        axes.axvline(incident.at, color="tab:red", alpha=0.35, linewidth=0.8)
    axes.grid(alpha=0.25)


def _rates(axes: "Axes", report: Report) -> None:
    at = [moment.at for moment in report.moments]
    axes.step(at, [each.arrived for each in report.moments], where="post", label="begun", alpha=0.6)
    axes.step(at, [each.solved for each in report.moments], where="post", label="valid plans")
    _second_axis(axes, report, "Sessions begun and solved", "per second")
    # Where many begin in one second, that second would make all others flat.
    usual = percentile([moment.arrived for moment in report.moments] or [1], 0.95)
    axes.set_ylim(top=1.2 * max(1, usual, *(moment.solved for moment in report.moments)))
    axes.legend(fontsize=8)


def _latency(axes: "Axes", report: Report) -> None:
    seen = [moment for moment in report.moments if moment.plan_p50 is not None]
    at = [moment.at for moment in seen]
    axes.plot(at, [moment.plan_p50 or 0.0 for moment in seen], label="p50")
    axes.plot(at, [moment.plan_p95 or 0.0 for moment in seen], label="p95", alpha=0.7)
    _second_axis(axes, report, "Time to a valid plan, by when it was found", "seconds")
    axes.legend(fontsize=8)


def _in_flight(axes: "Axes", report: Report) -> None:
    axes.plot([each.at for each in report.moments], [each.in_flight for each in report.moments])
    _second_axis(axes, report, "Sessions in flight; slowest GET of each second", "sessions")
    seen = [moment for moment in report.moments if moment.get_most is not None]
    if seen:
        right = axes.twinx()
        slowest = [1000.0 * (moment.get_most or 0.0) for moment in seen]
        right.plot([moment.at for moment in seen], slowest, ".", color="tab:purple", markersize=4)
        right.set_ylabel("milliseconds (dots)")
        right.set_ylim(bottom=0)
    if report.incidents:
        axes.plot([], [], color="tab:red", alpha=0.5, label="done to the service")
        axes.legend(fontsize=8)


def _memory(axes: "Axes", report: Report) -> None:
    for program in sorted({sample.program for sample in report.memory}):
        seen = [sample for sample in report.memory if sample.program == program]
        axes.plot(
            [sample.at for sample in seen], [sample.rss_mebibytes for sample in seen], label=program
        )
    _second_axis(axes, report, "Resident memory", "mebibytes")
    if report.memory:
        axes.legend(fontsize=8)


def _knee(axes: "Axes", report: Report) -> None:
    offered = [step.offered for step in report.steps]
    axes.plot(offered, offered, color="grey", linestyle=":", label="as offered")
    axes.plot(offered, [step.goodput for step in report.steps], marker="o", label="valid plans")
    if report.knee is not None:
        axes.axvline(report.knee.offered, color="tab:green", linestyle="--", label="knee")
    axes.set_title("Goodput by offered rate", loc="left", fontsize=11)
    axes.set_xlabel("sessions offered per second")
    axes.set_ylabel("valid plans per second")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.25)
    axes.legend(fontsize=8)


def _spreads(axes: "Axes", report: Report) -> None:
    figures = report.figures
    rows = {
        "valid plan": figures.plan_seconds,
        "first attempt": figures.first_attempt_seconds,
        "queue": figures.queue_seconds,
        "acceptance": figures.accept_seconds,
        "verifier": figures.verifier_seconds,
        "taken up again": report.takeover_seconds or figures.silence_seconds,
        "GET session": figures.get_session_seconds,
        "GET list": figures.get_list_seconds,
    }
    seen = {name: row for name, row in rows.items() if row.count}
    for place, share in enumerate(("p50", "p95", "p99")):
        axes.barh(
            [at + 0.27 * (1 - place) for at in range(len(seen))],
            [max(1e-4, getattr(row, share)) for row in seen.values()],
            height=0.25,
            label=share,
        )
    axes.set_yticks(range(len(seen)), list(seen))
    axes.invert_yaxis()
    axes.set_xscale("log" if seen else "linear")
    axes.set_xlabel("seconds")
    axes.set_title("Times", loc="left", fontsize=11)
    axes.grid(alpha=0.25, axis="x")
    axes.legend(fontsize=8)


def _words(axes: "Axes", report: Report) -> None:
    axes.axis("off")
    ends, figures = report.ends, report.figures
    lines = [
        f"{ends.scheduled} sessions, {ends.solved} solved, {ends.exhausted} exhausted",
        f"offered {figures.offered_rate:g}/s, goodput {figures.goodput:g}/s",
        f"attempts {figures.attempt_rate:g}/s, CPUs {report.machine.cpus}, "
        f"load {report.machine.load_before:g} to {report.machine.load_after:g}",
        "",
    ]
    lines += [_of(bound) for bound in report.bounds]
    axes.text(0, 1, "\n".join(lines), va="top", family="monospace", fontsize=8.5)


def _of(bound: Bound) -> str:
    seen = "nothing seen" if bound.seen is None else f"{bound.seen:g}"
    return f"{'met   ' if bound.met else 'MISSED'} {bound.name}: {seen}" + (
        "" if bound.met else f"\n       wanted {bound.wanted}"
    )
