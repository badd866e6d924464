"""Examples for the OpenAPI document. Tests post them: they work as they stand."""

import json

from pydantic import JsonValue

from planners.domains import domain_text

DOMAIN = domain_text("blocksworld")
PROBLEM = """\
(define (problem sussman)
  (:domain blocksworld)
  (:objects a b c)
  (:init (ontable a) (on c a) (clear c) (ontable b) (clear b) (handempty))
  (:goal (and (on a b) (on b c))))
"""
SOLUTION = """\
(unstack c a)
(put-down c)
(pick-up b)
(stack b c)
(pick-up a)
(stack a b)
"""
FLAWED = """\
(pick-up b)
(stack b a)
"""

PLAN: dict[str, JsonValue] = {
    "domain": DOMAIN,
    "problem": PROBLEM,
    "budget": {"attempts": 16, "seconds": 60},
}
LINE: dict[str, JsonValue] = {"id": "sussman", **PLAN}
BATCH = "".join(f"{json.dumps({**LINE, 'id': name})}\n" for name in ("first", "second"))
REPAIR: dict[str, JsonValue] = {
    "domain": DOMAIN,
    "problem": PROBLEM,
    "plan": FLAWED,
    "way": "complete",
}
VALIDATION: dict[str, JsonValue] = {
    "domain": DOMAIN,
    "problem": PROBLEM,
    "plans": [SOLUTION, FLAWED],
}
