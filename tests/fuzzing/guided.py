"""Fuzz the readers and the verifier guided by coverage; needs `atheris`.

`python -m tests.fuzzing.guided FOLDER -max_total_time=60 -timeout=20 -rss_limit_mb=2048`:
the folder collects cases that reach new code, and everything behind it is libFuzzer's. It
stops at the first defect and writes the case into the working directory.
"""

import signal
import sys
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["planners"]):
    from tests.fuzzing.cases import read_case, seeds
    from tests.fuzzing.mutations import mutate
    from tests.fuzzing.target import run


def judge(data: bytes) -> None:
    run(read_case(data.decode("utf-8", errors="surrogatepass")))


def mutated(data: bytes, most: int, seed: int) -> bytes:
    random = Random(seed)
    case = read_case(data.decode("utf-8", errors="surrogatepass"))
    changed = str(mutate(case, random.choice(POPULATION), random))
    return changed.encode("utf-8", errors="surrogatepass")[:most]


POPULATION = seeds()


def main() -> None:
    folder = next((Path(given) for given in sys.argv[1:] if not given.startswith("-")), None)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for number, case in enumerate(POPULATION):
            text = str(case).encode("utf-8", errors="surrogatepass")
            (folder / f"seed-{number}").write_bytes(text)
    arguments = [*sys.argv, "-max_len=60000", "-len_control=0"]
    atheris.Setup(arguments, judge, custom_mutator=mutated)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
