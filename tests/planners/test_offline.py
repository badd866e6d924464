import struct
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from planners.offline import ALLOW, CALLS, IF_EQUAL, LOAD, REFUSE, RETURN, filter_of
from planners.pool import Limits, WorkerPool
from tests.planners.sockets import ANSWERED, offline

MACHINES = st.sampled_from(sorted(CALLS))
NUMBERS = st.integers(0, 2**32 - 1)


def decision(lines: bytes, call: int, architecture: int) -> int:
    """Run a filter as the kernel does."""
    program, words, at, held = list(struct.iter_unpack("HBBI", lines)), (call, architecture), 0, 0
    while True:
        code, yes, no, value = program[at]
        at += 1
        if code == LOAD:
            held = words[value // 4]
        elif code == IF_EQUAL:
            at += yes if held == value else no
        else:
            assert code == RETURN
            return value


@given(MACHINES, st.data(), NUMBERS)
def test_the_calls_that_make_sockets_are_refused_and_no_others(machine, data, other):
    architecture = data.draw(st.sampled_from(sorted(CALLS[machine])))
    calls = CALLS[machine][architecture]
    call = data.draw(st.sampled_from(calls) | st.just(other))
    expected = REFUSE if call in calls else ALLOW
    assert decision(filter_of(machine), call, architecture) == expected


@given(MACHINES, NUMBERS, NUMBERS)
def test_a_way_to_call_the_kernel_that_nobody_knows_is_refused(machine, call, architecture):
    if architecture not in CALLS[machine]:
        assert decision(filter_of(machine), call, architecture) == REFUSE


def test_there_is_no_filter_for_a_machine_that_nobody_knows():
    assert filter_of("pdp11") == b""


@offline
def test_a_process_that_gave_up_the_network_gets_no_socket_but_pairs_and_pipes():
    code = (
        f"{ANSWERED}\nimport os\nfrom planners.offline import give_up_network\n"
        "print(answered(socket.AF_INET), give_up_network())\n"
        "print(*map(answered, (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)))\n"
        "socket.socketpair(), os.pipe()"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("given True\nrefused refused refused\n", "")


@offline
async def test_a_process_that_judges_plans_has_no_network():
    limits = Limits(processes=1, memory_mebibytes=512)
    async with WorkerPool("tests.planners.sockets:answered", limits) as pool:
        assert await pool.call(2) == "refused"
