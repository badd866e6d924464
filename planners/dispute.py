"""A disagreement between validators, kept as a file with all that it takes to repeat it."""

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from planners.opinion import SecondOpinion
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Invalid, Verdict

# A task that is disputed time and again must not fill a disk.
MOST_FILES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """One plan on which our verdict and another validator differ.

    Attributes:
        task: The task.
        plan: The plan.
        verdict: Ours.
        opinions: Those of all validators that were asked.
    """

    task: Task
    plan: Plan
    verdict: Verdict
    opinions: Sequence[SecondOpinion]

    @property
    def name(self) -> str:
        """The SHA-256 of task and plan in hexadecimal: the same dispute has one name."""
        parts = (self.task.domain, self.task.problem, str(self.plan))
        whole = "".join(f"{len(part)}:{part}" for part in parts)
        return hashlib.sha256(whole.encode(errors="surrogatepass")).hexdigest()

    def __str__(self) -> str:
        ours = f"invalid ({self.verdict.flaw})" if isinstance(self.verdict, Invalid) else "valid"
        others = "; ".join(str(opinion) for opinion in self.opinions)
        return f"Modulo {version('modulo-planning')} finds the plan {ours}; {others}"

    def written(self) -> str:
        """Write it as JSON: texts, plan, what everybody found, versions."""
        return json.dumps(
            {
                "domain": self.task.domain,
                "problem": self.task.problem,
                "plan": str(self.plan),
                "verdict": repr(self.verdict),
                "opinions": [str(opinion) for opinion in self.opinions],
                "versions": {
                    "modulo-planning": version("modulo-planning"),
                    "python": platform.python_version(),
                    **{opinion.validator: opinion.version for opinion in self.opinions},
                },
            },
            indent=1,
        )


def keep(dispute: Dispute, folder: Path) -> Path | None:
    """Write a dispute into a folder, once.

    Args:
        dispute: What is to be kept.
        folder: It is made if it is not there.

    Returns:
        The file, named by the SHA-256 of task and plan; None where the folder is full.

    Raises:
        OSError: the file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{dispute.name}.json"
    if file.exists():
        return file
    if sum(1 for _ in folder.glob("*.json")) >= MOST_FILES:
        return None
    unfinished = file.with_suffix(".part")
    unfinished.write_text(dispute.written(), encoding="utf-8")
    unfinished.replace(file)
    return file
