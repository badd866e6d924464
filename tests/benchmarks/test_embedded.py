"""What a second thread of NumPy brings the embedded model: time, and CPU for it.

make bench        or        pytest tests/benchmarks/test_embedded.py --benchmark-only -o addopts=
"""

import os
import time

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from app.apprentice.model import weights_folder
from app.llm.embedded import SIDE_BY_SIDE
from app.llm.llama import Decoding, Llama

PROMPT = [1] * 300
STEPS = 50


@pytest.fixture(scope="module")
def llama() -> Llama:
    return Llama(weights_folder())


@pytest.mark.parametrize("threads", [1, 2])
def test_prompts_and_steps(benchmark, llama, threads):
    if threads > (os.cpu_count() or 1):
        pytest.skip("one CPU")

    def decode() -> None:
        decoding = Decoding(llama, SIDE_BY_SIDE)
        for _ in range(SIDE_BY_SIDE):
            decoding.begin(PROMPT)
        for _ in range(STEPS):
            decoding.step([2] * SIDE_BY_SIDE)

    with threadpool_limits(limits=threads, user_api="blas"):
        counts = [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]
        if not counts or max(counts) < threads:
            pytest.skip("NumPy's library has no such number of threads")
        decode()
        began = time.process_time()
        decode()
        benchmark.extra_info["cpu_milliseconds"] = round((time.process_time() - began) * 1000)
        benchmark.pedantic(decode, rounds=10)
