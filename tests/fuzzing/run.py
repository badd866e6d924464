"""Fuzz the readers and the verifier: `python -m tests.fuzzing.run --seconds 60`.

Cases are mutated from seeds and judged in a process with limits of memory and time. A case
with an outcome that was not seen before becomes a seed, too. Defects are printed and kept as
files; the exit code is 1 if there was one.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.fuzzing.cases import Case, seeds
from tests.fuzzing.mutations import mutate

ROOT = Path(__file__).resolve().parents[2]
MEBIBYTES = 1024
CPU_SECONDS = 10.0


class Child:
    """The process that judges, started anew where it was lost."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def judge(self, case: Case) -> tuple[str, str, float]:
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps([case.domain, case.problem, case.plan]) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            code = process.wait()
            self._process = None
            return "defect", f"the process ended with {code}", 0.0
        kind, what, seconds = json.loads(answer)
        return kind, what, seconds

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.fuzzing.child", str(MEBIBYTES), str(CPU_SECONDS)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        return self._process


@dataclass
class Report:
    """Attributes:
    outcomes: How often each came.
    defects: Of each kind of defect the first case.
    slowest: CPU seconds of the slowest case.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    defects: dict[str, Case] = field(default_factory=dict)
    slowest: float = 0.0

    @property
    def cases(self) -> int:
        return self.outcomes.total()

    @property
    def verdicts(self) -> int:
        """How many cases came to a verdict."""
        return sum(n for what, n in self.outcomes.items() if what.startswith("judged"))

    def note(self, kind: str, what: str, took: float) -> None:
        self.outcomes[what if kind == "fine" else kind] += 1
        self.slowest = max(self.slowest, took)


def fuzz(seconds: float, seed: int, keep: Path | None) -> Report:
    """Judge mutated cases for some time.

    Args:
        seconds: Wall-clock time.
        seed: Same seed, same cases, as far as the time reaches.
        keep: A folder for cases with defects, or None.
    """
    random = Random(seed)
    report, child = Report(), Child()
    judged, refused = Population(), Population()
    until = time.monotonic() + seconds
    first = seeds()
    try:
        while time.monotonic() < until:
            case = first.pop() if first else judged.descendant(refused, random)
            kind, what, took = child.judge(case)
            new = what not in report.outcomes
            report.note(kind, what, took)
            if kind != "fine":
                keep_defect(f"{kind} {what}", case, report, keep)
            elif new:
                (judged if what.startswith("judged") else refused).cases.append(case)
    finally:
        child.close()
    return report


@dataclass
class Population:
    """Cases with an outcome of their own each, in the order in which they were found."""

    cases: list[Case] = field(default_factory=list)

    def descendant(self, refused: "Population", random: Random) -> Case:
        """Mutate a case that came to a verdict, or now and then one that was refused."""
        parents = refused if refused.cases and random.random() < 0.1 else self
        return mutate(random.choice(parents.cases), random.choice(self.cases), random)


def keep_defect(name: str, case: Case, report: Report, keep: Path | None) -> None:
    """Print a defect of a new kind, and write its case into a folder."""
    if name in report.defects:
        return
    report.defects[name] = case
    sys.stdout.write(f"{name}\n")
    sys.stdout.flush()
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        file = re.sub(r"[^a-z0-9]+", "-", name.lower())[-80:].strip("-")
        path = keep / f"{len(report.defects):03}-{file}.case"
        path.write_text(str(case), encoding="utf-8", errors="surrogatepass")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder for cases with defects")
    given = parser.parse_args()
    report = fuzz(given.seconds, given.seed, given.keep)
    lines = [
        f"{report.cases} cases, {report.verdicts} verdicts, {len(report.outcomes)} outcomes,"
        f" {len(report.defects)} defects, the slowest took {report.slowest:.2f} s of CPU time",
        *(f"{count:8} {what}" for what, count in report.outcomes.most_common(20)),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if report.defects else 0


if __name__ == "__main__":
    raise SystemExit(main())
