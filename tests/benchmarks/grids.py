"""Power supply to restore after faults: derived predicates over a network of switches.

Feeders are chains of lines with a switch between each two and a breaker in front. Chains
end at a tie, an open switch to the end of the next feeder. Whoever feeds a faulty line trips
its breaker. A plan cuts the faulty lines out and feeds what is behind them over the ties.
"""

from random import Random

from planners import Task

DOMAIN = """(define (domain grid)
  (:requirements :adl :derived-predicates)
  (:types device side line)
  (:constants near far - side)
  (:predicates
    (joined ?l - line ?d - device ?s - side) (breaker ?d - device) (faulty ?l - line)
    (closed ?d - device)
    (touch ?a - device ?s - side ?b - device ?t - side)
    (across ?s ?t - side)
    (upstream ?a - device ?s - side ?b - device ?t - side)
    (feeds ?a - device ?l - line) (fed ?l - line) (affected ?d - device) (alarm))
  (:derived (touch ?a - device ?s - side ?b - device ?t - side)
    (exists (?l - line)
      (and (joined ?l ?a ?s) (joined ?l ?b ?t) (not (and (= ?a ?b) (= ?s ?t))))))
  (:derived (upstream ?a - device ?s - side ?b - device ?t - side)
    (and (closed ?a)
      (or (touch ?a ?s ?b ?t)
        (exists (?c - device ?u ?v - side)
          (and (upstream ?a ?s ?c ?u) (closed ?c) (across ?u ?v) (touch ?c ?v ?b ?t))))))
  (:derived (feeds ?a - device ?l - line)
    (and (breaker ?a) (closed ?a)
      (or (joined ?l ?a far)
        (exists (?b - device ?t - side) (and (upstream ?a far ?b ?t) (joined ?l ?b ?t)))
        (exists (?b - device ?t ?u - side)
          (and (upstream ?a far ?b ?t) (closed ?b) (across ?t ?u) (joined ?l ?b ?u))))))
  (:derived (fed ?l - line) (exists (?a - device) (feeds ?a ?l)))
  (:derived (affected ?d - device) (exists (?l - line) (and (faulty ?l) (feeds ?d ?l))))
  (:derived (alarm) (exists (?d - device) (affected ?d)))
  (:action open
    :parameters (?d - device)
    :precondition (and (closed ?d) (not (alarm)))
    :effect (not (closed ?d)))
  (:action close
    :parameters (?d - device)
    :precondition (and (not (closed ?d)) (not (alarm)))
    :effect (closed ?d))
  (:action wait
    :parameters ()
    :precondition (alarm)
    :effect (forall (?d - device) (when (affected ?d) (not (closed ?d))))))
"""


def grid(feeders: int, switches: int, faults: int, seed: int = 0) -> tuple[Task, str]:
    """Make a task and a plan that solves it.

    Args:
        feeders: How many chains there are; at least 2.
        switches: How many switches each has.
        faults: In how many chains one line is faulty; less than there are chains.
        seed: Same seed, same task.

    Returns:
        The task and a plan in the IPC format.
    """
    random = Random(seed)
    broken = {
        feeder: random.randrange(1, switches)
        for feeder in sorted(random.sample(range(feeders), faults))
    }
    devices, lines, facts, goals = [], [], ["(across near far)", "(across far near)"], []
    for feeder in range(feeders):
        chain = [f"breaker{feeder}", *(f"switch{feeder}-{at}" for at in range(switches))]
        tie, next_feeder = f"tie{feeder}", (feeder + 1) % feeders
        devices += [*chain, tie]
        facts += [f"(breaker breaker{feeder})", *(f"(closed {each})" for each in chain)]
        for at, device in enumerate(chain):
            line = f"line{feeder}-{at}"
            lines.append(line)
            facts.append(f"(joined {line} {device} far)")
            if at < switches:
                facts.append(f"(joined {line} {chain[at + 1]} near)")
            if broken.get(feeder) == at:
                facts.append(f"(faulty {line})")
            else:
                goals.append(f"(fed {line})")
        facts.append(f"(joined line{feeder}-{switches} {tie} near)")
        facts.append(f"(joined line{next_feeder}-{switches} {tie} far)")
    problem = f"""(define (problem restore) (:domain grid)
  (:objects {" ".join(devices)} - device {" ".join(lines)} - line)
  (:init {" ".join(facts)})
  (:goal (and (not (alarm)) {" ".join(goals)})))
"""
    steps = ["(wait)"]
    for feeder, at in broken.items():
        # The line behind switch number n is number n + 1.
        steps += [f"(open switch{feeder}-{at - 1})", f"(open switch{feeder}-{at})"]
        steps += [f"(close breaker{feeder})"]
    for feeder in broken:
        healthy = feeder
        while healthy in broken:
            healthy = (healthy + 1) % feeders
            steps.append(f"(close tie{(healthy - 1) % feeders})")
    return Task(domain=DOMAIN, problem=problem), "\n".join(dict.fromkeys(steps))
