"""What an answer without steps may still say: that there is no plan, or that none is needed."""

# Characters looked at, at either end: an answer says this first or last.
MAX_SAID = 20_000
MAX_CONCLUSION = 500

_UNSOLVABLE = (
    "no plan",
    "no valid plan",
    "no possible plan",
    "no feasible plan",
    "no viable plan",
    "no such plan",
    "no solution",
    "no valid solution",
    "no sequence of actions",
    "no valid sequence",
    "no possible sequence",
    "no combination of actions",
    "no way to",
    "plan does not exist",
    "plan doesn't exist",
    "solution does not exist",
    "solution doesn't exist",
    "impossible",
    "infeasible",
    "unsolvable",
    "not solvable",
    "cannot be solved",
    "can't be solved",
    "unachievable",
    "not achievable",
    "unattainable",
    "not attainable",
    "unreachable",
    "not reachable",
    "cannot be achieved",
    "can't be achieved",
    "cannot be reached",
    "cannot be satisfied",
    "cannot achieve",
    "can't achieve",
    "cannot reach the goal",
    "cannot satisfy",
    "not possible to",
    "not possible with",
    "is not possible",
    "not feasible",
)
_NOTHING_TO_DO = (
    "plan is empty",
    "empty plan",
    "no actions are needed",
    "no actions are required",
    "no actions are necessary",
    "no action is needed",
    "no action is required",
    "no action is necessary",
    "no actions needed",
    "no actions required",
    "no steps are needed",
    "no steps are required",
    "no steps needed",
    "no steps required",
    "no moves are needed",
    "nothing needs to be done",
    "nothing to do",
    "goal is already satisfied",
    "goal is already achieved",
    "goal is already met",
    "goal already holds",
    "goal is already true",
    "goal state is already",
    "goals are already",
    "goal conditions are already",
)
# An empty list standing alone is a plan without steps, in Python's, JSON's and Lisp's spelling.
_EMPTY = frozenset(["[]", "()", "[ ]", "( )"])


def claims_unsolvable(answer: str) -> bool:
    """Say whether a text that holds no plan says that there is none."""
    return _says(answer, _UNSOLVABLE)


def concludes_unsolvable(answer: str) -> bool:
    """Say whether a text begins or ends by saying that there is no plan."""
    answer = answer.strip()
    return claims_unsolvable(answer[:MAX_CONCLUSION] + " … " + answer[-MAX_CONCLUSION:])


def means_empty_plan(answer: str) -> bool:
    """Say whether a text that holds no step says that none is needed."""
    return answer.strip("`* \t\r\n.") in _EMPTY or _says(answer, _NOTHING_TO_DO)


def _says(answer: str, phrases: tuple[str, ...]) -> bool:
    if len(answer) > 2 * MAX_SAID:
        answer = answer[:MAX_SAID] + " … " + answer[-MAX_SAID:]
    plain = " ".join(answer.replace("*", "").replace("\u2019", "'").lower().split())
    return any(phrase in plain for phrase in phrases)
