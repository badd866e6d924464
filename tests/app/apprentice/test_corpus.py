"""Examples: seeded, in the apprentice's words alone, a fifth of them revisions."""

from random import Random

from app.apprentice import vocabulary as say
from app.apprentice.corpus import draw_example


def test_the_same_seed_draws_the_same_examples():
    first = [draw_example(Random(5)) for _ in range(3)]
    assert first == [draw_example(Random(5)) for _ in range(3)]


def test_examples_are_made_of_known_words():
    random = Random(6)
    known = set(say.WORDS)
    for _ in range(300):
        example = draw_example(random)
        assert known.issuperset(example.prompt)
        assert known.issuperset(example.answer)
        assert example.prompt[-1] == say.PLAN
        assert example.answer[-1] == say.END_STEP


def test_about_a_fifth_of_the_examples_are_revisions():
    random = Random(7)
    revised = sum(say.TRIED in draw_example(random).prompt for _ in range(2000))
    # A spoiled plan may still be valid; then the example is no revision.
    assert 300 < revised < 450


def test_the_longest_example_fits_into_the_context():
    random = Random(8)
    examples = [draw_example(random) for _ in range(2000)]
    assert max(len(one.prompt) + len(one.answer) for one in examples) < 1024


def test_no_example_has_more_blocks_than_asked_for():
    random = Random(9)
    for _ in range(100):
        example = draw_example(random, most=4)
        names = {word for word in example.prompt if word[1:] in say.SYMBOLS}
        assert len(names) <= 4
