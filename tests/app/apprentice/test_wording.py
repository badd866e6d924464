"""Tasks in the apprentice's words: fresh names, told flaws, and nothing it was not taught."""

import re

import pytest

from app.apprentice import vocabulary as say
from app.apprentice.measure import held_out, measure
from app.apprentice.model import embedded_apprentice, weights_folder
from app.apprentice.wording import ApprenticeWording
from app.llm.words import Words
from app.modulo.attempt import Ask, Attempt, Feedback, Proposal, Reading
from planners import Plan, Task, Valid, read_plan, verify
from planners.domains import domain_text
from planners.generators.blocksworld import generate

TASK = Task(
    domain=domain_text("blocksworld"),
    problem="""
(define (problem p) (:domain blocksworld)
  (:objects red green blue)
  (:init (handempty) (ontable red) (on green red) (clear green) (ontable blue) (clear blue))
  (:goal (and (on red blue) (ontable green))))
""",
)
CONTRADICTION = Task(
    domain=TASK.domain,
    problem=TASK.problem.replace("(ontable green)", "(on blue green) (on green red)"),
)


def ask(*, seed: int = 1, after: int | None = None, feedback: Feedback = Feedback.NONE) -> Ask:
    return Ask(proposer="apprentice", seed=seed, after=after, feedback=feedback)


def attempt(plan: Plan, task: Task = TASK) -> Attempt:
    return Attempt(
        number=1,
        round=1,
        ask=ask(),
        proposal=Proposal(text=str(plan)),
        reading=Reading(plan=plan),
        verdict=verify(task, plan),
    )


def told(plan: str, feedback: Feedback) -> str:
    """Word a revision and give the blocks their names back."""
    trace = (attempt(read_plan(plan)),)
    prompt = ApprenticeWording().word(TASK, ask(after=1, feedback=feedback), trace)
    return re.sub(
        r"b\d+", lambda word: prompt.restore[word.group()], prompt.messages[-1].content
    ).partition(say.TRIED)[2]


def test_a_task_is_told_as_chains_of_blocks_from_the_lowest_up():
    prompt = ApprenticeWording().word(TASK, ask(), ())
    symbol = {name: word for word, name in prompt.restore.items()}
    lines = prompt.messages[-1].content.splitlines()
    red, green, blue = (f" {symbol[name]}" for name in ("red", "green", "blue"))
    middle = lines.index("start")
    assert lines[0] == "goal"
    assert set(lines[1:middle]) == {f"{blue}{red}", f" table{green}"}
    assert set(lines[middle + 1 :]) == {f"{red}{green}", blue}


def test_every_seed_draws_other_names_and_the_same_seed_the_same():
    wording = ApprenticeWording()
    prompts = [wording.word(generate(6, 1), ask(seed=seed), ()) for seed in range(20)]
    assert len({prompt.messages[-1].content for prompt in prompts}) == 20
    assert prompts[3] == wording.word(generate(6, 1), ask(seed=3), ())


def test_actions_of_a_renamed_domain_are_given_their_names_back():
    domain = re.sub(r"\(:action stack", "(:action overcome", TASK.domain)
    prompt = ApprenticeWording().word(Task(domain=domain, problem=TASK.problem), ask(), ())
    assert prompt.restore["stack"] == "overcome"
    assert prompt.restore["unstack"] == "unstack"


def test_an_unmet_condition_and_the_state_there_are_told():
    flawed = "(unstack green red) (pick-up blue) (stack red blue)"
    said = told(flawed, Feedback.FIRST_FLAW_AND_STATE)
    tried, _, found = said.partition(say.UNMET)
    unmet, _, state = found.partition(say.STATE)
    assert tried == "(unstack green red)\n(pick-up blue)\n"
    assert unmet == " empty\n"
    assert sorted(state.splitlines()) == [" blue", " holding green", " red"]


def test_goals_left_open_are_told_of_a_plan_that_ends_too_soon():
    said = told("(unstack green red) (put-down green)", Feedback.FIRST_FLAW)
    assert said == "(unstack green red)\n(put-down green)\nopen\n on red blue\n"


def test_no_more_is_told_than_the_feedback_allows():
    flawed = "(pick-up red) (stack red blue)"
    assert told(flawed, Feedback.NONE) == ""
    assert told(flawed, Feedback.BINARY) == f"{read_plan(flawed)}wrong\n"
    assert told(flawed, Feedback.FIRST_FLAW) == "(pick-up red)\nunmet\n clear red\n"
    assert "open\n" in told(flawed, Feedback.ALL_FLAWS)
    assert "state\n" not in told(flawed, Feedback.ALL_FLAWS)


@pytest.mark.parametrize("feedback", list(Feedback))
def test_every_prompt_is_in_words_the_model_knows(feedback):
    words = Words(weights_folder())
    plans = ["(fly green)", "(stack yellow green)", "(pick-up red)", "(stack red red)"]
    for plan in plans:
        trace = (attempt(read_plan(plan)),)
        prompt = ApprenticeWording().word(TASK, ask(after=1, feedback=feedback), trace)
        assert words.numbers(prompt.messages[-1].content)
    assert words.numbers(ApprenticeWording().word(CONTRADICTION, ask(), ()).messages[-1].content)


def test_a_flawed_plan_too_long_to_tell_is_left_out():
    long = read_plan("(pick-up blue) (put-down blue) " * 200)
    prompt = ApprenticeWording().word(
        TASK, ask(after=1, feedback=Feedback.FIRST_FLAW), (attempt(long),)
    )
    assert say.TRIED not in prompt.messages[-1].content


def test_a_refusal_names_what_is_known_and_what_to_configure():
    refusal = ApprenticeWording().refuses(generate(16, 1))
    assert refusal is not None
    assert "blocksworld with up to 15 blocks" in refusal
    assert "16 blocks" in refusal
    assert "--model-url" in refusal
    assert ApprenticeWording().refuses(TASK) is None


def test_a_task_that_does_not_read_is_refused_with_its_place():
    refusal = ApprenticeWording().refuses(Task(domain="(define", problem=""))
    assert refusal is not None
    assert "line 1" in refusal


async def test_the_shipped_apprentice_solves_small_tasks():
    found = await measure(embedded_apprentice(), held_out(4, 20, seed=5), calls=8, seed=5)
    assert found.share(8) >= 0.9


def test_the_shipped_weights_are_under_15_megabytes():
    assert sum(file.stat().st_size for file in weights_folder().iterdir()) < 15_000_000


def test_a_proof_is_needed_for_what_the_tests_call_solved():
    plan = read_plan("(unstack green red) (put-down green) (pick-up red) (stack red blue)")
    assert isinstance(verify(TASK, plan), Valid)
