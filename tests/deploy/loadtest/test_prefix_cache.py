"""The cache of prompts, in blocks."""

import pytest

from deploy.loadtest.prefix_cache import PrefixCache

PROMPT = [str(number) for number in range(10)]


@pytest.fixture
def cache() -> PrefixCache:
    return PrefixCache(blocks=8, block_tokens=4)


def test_a_prompt_is_found_again_in_full_blocks(cache):
    assert cache.look_up(PROMPT) == 0
    assert cache.look_up(PROMPT) == 8
    assert (cache.asked_tokens, cache.found_tokens) == (20, 8)


def test_the_last_token_is_always_computed(cache):
    cache.look_up(PROMPT[:8])
    assert cache.look_up(PROMPT[:8]) == 4


def test_what_follows_another_beginning_is_not_found(cache):
    cache.look_up(PROMPT)
    assert cache.look_up(["x", *PROMPT[1:]]) == 0


def test_prompts_share_no_more_than_their_common_beginning(cache):
    cache.look_up(PROMPT)
    assert cache.look_up([*PROMPT[:6], "x", "y", "z"]) == 4


def test_prompts_under_different_salts_share_nothing(cache):
    cache.look_up(PROMPT, "one")
    assert cache.look_up(PROMPT, "other") == 0
    assert cache.look_up(PROMPT, "one") == 8


def test_an_answer_that_was_kept_is_found_in_the_chat_that_goes_on(cache):
    cache.look_up(PROMPT)
    cache.keep([*PROMPT, "a", "b"])
    assert cache.look_up([*PROMPT, "a", "b", "c"]) == 12


def test_the_block_used_longest_ago_goes_first_and_of_a_prompt_its_end(cache):
    small = PrefixCache(blocks=3, block_tokens=4)
    small.look_up(PROMPT[:8])
    small.look_up(["x"] * 8)
    assert len(small) == 3
    assert small.look_up(PROMPT[:9]) == 4


def test_a_cache_without_room_is_refused():
    with pytest.raises(ValueError, match="at least 1 block"):
        PrefixCache(blocks=0)
