"""Train the apprentice: `python -m app.apprentice.train --out DIR --minutes 50 --seed 1`.

Examples are drawn as they are needed and never seen twice. The learning rate follows the
clock, so a run ends when it was told to, on whatever machine.
"""

import argparse
import asyncio
import math
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 -- the name everybody knows it by

from app.apprentice import vocabulary as say
from app.apprentice.corpus import draw_example
from app.apprentice.export import IDS, TOKENS, export
from app.apprentice.measure import held_out, measure
from app.apprentice.model import embedded_apprentice
from app.apprentice.network import Network, Shape

PEAK, FLOOR, WARM_UP = 3e-3, 0.02, 200
BATCH_TOKENS = 4096
CHECK_MINUTES = 5.0
GROWTH = ((0.06, 5), (0.14, 8), (0.22, 12))
"""Until which share of the time tasks have at most how many blocks."""


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=50.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--compile", action="store_true", help="a fifth faster; needs g++")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    shape = Shape(
        vocabulary=len(TOKENS),
        width=options.width,
        layers=options.layers,
        heads=options.width // 32,
        hidden=options.width * 11 // 4,
    )
    network = Network(shape)
    _say(f"{sum(p.numel() for p in network.parameters())} parameters, seed {options.seed}")
    train(network, options.out, options.minutes, options.seed, compiled=options.compile)


class Schedule:
    """What follows the clock: the learning rate and the sizes of tasks.

    Args:
        minutes: Wall-clock time of the whole run.
    """

    def __init__(self, minutes: float) -> None:
        self._minutes = minutes
        self._began = time.monotonic()

    @property
    def minutes_gone(self) -> float:
        """How long the run has gone on."""
        return (time.monotonic() - self._began) / 60

    @property
    def done(self) -> float:
        """The share of the time that is gone."""
        return self.minutes_gone / self._minutes

    def rate(self, step: int) -> float:
        """Give the learning rate: a linear warm-up by steps, then a cosine by the clock."""
        cosine = FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * min(1.0, self.done))) / 2
        return PEAK * cosine * min(1.0, (step + 1) / WARM_UP)

    def most(self) -> int:
        """Give the most blocks that a task has by now.

        Small tasks come first: the links between names show there at a fraction of the
        length.
        """
        return next((blocks for share, blocks in GROWTH if self.done < share), say.BLOCKS)


def train(
    network: Network, folder: Path, minutes: float, seed: int, *, compiled: bool = False
) -> None:
    """Train for a time, exporting and measuring every few minutes.

    Args:
        network: What to train, in place.
        folder: Where its files go.
        minutes: Wall-clock time, the measuring included.
        seed: Decides which examples are drawn.
        compiled: Whether to compile the network first.
    """
    forward = torch.compile(network, dynamic=True) if compiled else network
    matrices = [p for p in network.parameters() if p.dim() == 2]
    vectors = [p for p in network.parameters() if p.dim() < 2]
    optimiser = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}],
        lr=PEAK,
        betas=(0.9, 0.98),
        fused=True,
    )
    schedule = Schedule(minutes)
    checked = time.monotonic()
    tokens = examples = 0
    recent = 0.0
    random = Random(seed)  # noqa: S311 (examples keep no secret)
    for step, (batch, chosen, wanted) in enumerate(batches(random, schedule.most)):
        if schedule.done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate(step)
        loss = F.cross_entropy(forward(batch, chosen), wanted)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        tokens += batch.numel()
        examples += len(batch)
        recent += 0.02 * (loss.item() - recent) if step else loss.item()
        if step % 100 == 0:
            _say(f"step {step} loss {recent:.4f} tokens {tokens} examples {examples}")
        if time.monotonic() - checked > 60 * CHECK_MINUTES:
            checked = time.monotonic()
            check(network, folder, schedule.done)
    check(network, folder, 1.0)
    _say(f"ended: {tokens} tokens, {examples} examples, {schedule.minutes_gone:.1f} minutes")


def check(network: Network, folder: Path, done: float) -> None:
    """Write the network's files and say how well it plans on instances never trained on."""
    export(network, folder)
    model = embedded_apprentice(folder)
    said = []
    for blocks in (4, 6, 8, 12, 15):
        found = asyncio.run(measure(model, held_out(blocks, 50, seed=0), calls=1, seed=0))
        said.append(f"{blocks}: {found.share(1):.0%}")
    _say(f"{done:.0%} of the time gone; one call solves, by blocks, {', '.join(said)}")


def batches(
    random: Random, most: Callable[[], int] = lambda: say.BLOCKS
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Draw batches for ever, of examples of about one length.

    Args:
        random: Source of randomness.
        most: Says how many blocks an example may have by now.

    Yields:
        Tokens, int64 of shape (batch, length); flat indices of the tokens that come before
        an answer's; and the answer's tokens.
    """
    while True:
        pool = sorted(
            (_numbers(random, most()) for _ in range(1024)), key=lambda pair: len(pair[0])
        )
        cuts: list[list[tuple[list[int], int]]] = [[]]
        for pair in pool:
            if (len(cuts[-1]) + 1) * len(pair[0]) > BATCH_TOKENS:
                cuts.append([])
            cuts[-1].append(pair)
        random.shuffle(cuts)
        for cut in cuts:
            yield _tensors(cut)


def _numbers(random: Random, most: int) -> tuple[list[int], int]:
    example = draw_example(random, most=most)
    words = (say.BEGIN, *example.prompt, *example.answer, say.END)
    return [IDS[word] for word in words], len(example.prompt) + 1


def _tensors(cut: list[tuple[list[int], int]]) -> tuple[Tensor, Tensor, Tensor]:
    length = max(len(numbers) for numbers, _ in cut) - 1
    rows: list[list[int]] = []
    chosen: list[int] = []
    wanted: list[int] = []
    for row, (numbers, prompt) in enumerate(cut):
        rows.append([*numbers[:-1], *[IDS[say.PAD]] * (length - len(numbers) + 1)])
        chosen.extend(range(row * length + prompt - 1, row * length + len(numbers) - 1))
        wanted.extend(numbers[prompt:])
    return torch.tensor(rows), torch.tensor(chosen), torch.tensor(wanted)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
