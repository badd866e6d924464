"""What the clients of a load test ask for: tasks of the blocks world, a new one each time."""

import json
from dataclasses import dataclass
from random import Random

from planners.generators.blocksworld import generate

MOST_SEEDS = 1 << 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Requests, each made from a seed and the number of its session.

    Attributes:
        seed: Same seed, same requests.
        fewest_blocks: Of a task, at least 2.
        most_blocks: Likewise.
        strategy: Name in the catalogue.
        attempts: Budget of each session.
        seconds: Likewise, of wall-clock time.
        large_share: Share of tasks that are so large that a process judges their plans.
        large_blocks: Blocks of such a task.
    """

    seed: int = 0
    fewest_blocks: int = 4
    most_blocks: int = 8
    strategy: str = "backprompt"
    attempts: int = 16
    seconds: float = 120.0
    large_share: float = 0.0
    large_blocks: int = 400

    def body(self, index: int) -> bytes:
        """Give the request of a session as it is posted.

        Its seed is its own, so that every call for the model tells whose it is.
        """
        seed = (self.seed * 1_000_003 + index) % MOST_SEEDS
        random = Random(seed)  # noqa: S311 (no secrets)
        large = random.random() < self.large_share
        blocks = random.randint(self.fewest_blocks, self.most_blocks)
        task = generate(self.large_blocks if large else blocks, seed)
        asked = {
            "domain": task.domain,
            "problem": task.problem,
            "strategy": self.strategy,
            "seed": seed,
            "budget": {"attempts": self.attempts, "seconds": self.seconds},
        }
        return json.dumps(asked).encode()
