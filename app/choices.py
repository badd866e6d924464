"""What a request comes down to where it leaves a choice, without the parts themselves."""

import hashlib

from app.critics.landmarks import Landmarks
from app.critics.nearest_repair import NearestRepair
from app.critics.relaxed_plan import RelaxedPlan
from app.modulo.bank import DEFAULT_STRATEGY, LADDER, PLANNERS, STRATEGIES
from app.modulo.critique import Critic
from app.modulo.strategies.ladder import Rung
from app.sessions.errors import RequestRefused
from app.sessions.request import LadderRequest, Mode, PlanRequest

# Those that offer help with a flaw, by name.
CONSTRUCTIVE = {critic.name: critic for critic in (Landmarks, RelaxedPlan, NearestRepair)}


def strategy_of(request: PlanRequest) -> str:
    """Name the strategy that a request comes down to.

    Raises:
        RequestRefused: there is none of that name, or it takes not all that is said.
    """
    autonomous = request.mode is Mode.AUTONOMOUS
    usual = DEFAULT_STRATEGY if request.ladder is None else LADDER
    name = request.strategy or ("autonomous" if autonomous else usual)
    if name not in STRATEGIES:
        raise RequestRefused(
            "/strategy", f"there is no strategy {name!r}; on offer: {', '.join(STRATEGIES)}"
        )
    if autonomous and name != "autonomous":
        raise RequestRefused(
            "/strategy", f"autonomous mode makes one proposal; {name!r} is of heuristic mode"
        )
    for option in ("feedback", "history", "ladder"):
        if getattr(request, option) is not None and option not in STRATEGIES[name].takes:
            raise RequestRefused(f"/{option}", f"strategy {name!r} takes no {option}")
    return name


def ladder_of(request: PlanRequest, strategy: str) -> LadderRequest:
    """Give the ladder of a request, or the usual one of its strategy."""
    usual = LadderRequest(rungs=(Rung.PLAN,)) if strategy == PLANNERS else LadderRequest()
    return request.ladder or usual


def constructive(request: PlanRequest, proposer: str, *, general: bool) -> tuple[Critic, ...]:
    """Make the critics that a request names.

    Args:
        request: The session's request.
        proposer: Name of the model that is to be told what they offer.
        general: It understands any words.

    Raises:
        RequestRefused: there is no such critic, or the model knows no words for it.
    """
    names = tuple(dict.fromkeys(request.critics))
    for name in names:
        if name not in CONSTRUCTIVE:
            offered = ", ".join(CONSTRUCTIVE)
            raise RequestRefused(
                "/critics/constructive",
                f"there is no critic {name!r} that helps; on offer: {offered}",
            )
    if names and not general:
        raise RequestRefused(
            "/critics/constructive",
            f"{proposer} cannot be told what they offer, it knows no words for it; "
            "configure a model with --model-url and --model",
        )
    return tuple(CONSTRUCTIVE[name]() for name in names)


def sampled(request: PlanRequest, rate: float) -> bool:
    """Say whether a session is among those that are looked at again without a request.

    The same task and seed give the same answer, as they give the same asks: a session that is
    taken up again is treated as before, and repeating one would show nothing new.

    Args:
        request: The session's request.
        rate: The share of all sessions, 0 to 1.
    """
    parts = (request.task.domain, request.task.problem, str(request.seed))
    digest = hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).digest()
    return int.from_bytes(digest[:8]) < rate * 2**64
