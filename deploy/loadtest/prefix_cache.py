"""What a model server need not compute again: prompts kept in blocks, as vLLM keeps them."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence


class PrefixCache:
    """Full blocks of tokens, each known by itself and all that stands before it.

    A block is found only behind its whole prefix; blocks used longest ago are dropped first,
    and of one prompt its end before its beginning.

    Attributes:
        asked_tokens: Prompt tokens looked up so far.
        found_tokens: Those of them that were there.

    Args:
        blocks: How many are kept, at least 1.
        block_tokens: Tokens of a block, at least 1.

    Source:
        vLLM, Automatic Prefix Caching.
    """

    def __init__(self, *, blocks: int, block_tokens: int = 16) -> None:
        if blocks < 1 or block_tokens < 1:
            raise ValueError(f"needs at least 1 block of 1 token, not {blocks} of {block_tokens}")
        self._most = blocks
        self._size = block_tokens
        self._kept: OrderedDict[int, None] = OrderedDict()
        self.asked_tokens = 0
        self.found_tokens = 0

    def __len__(self) -> int:
        return len(self._kept)

    def look_up(self, tokens: Sequence[str], salt: str = "") -> int:
        """Count the tokens of a prompt that are there, and keep the rest.

        The last token is always computed, for the first of the answer comes from it.

        Args:
            tokens: The whole prompt.
            salt: Prompts under different salts share nothing.
        """
        keys = list(self._keys(tokens, salt))
        found = 0
        while found < len(keys) and keys[found] in self._kept:
            found += 1
        usable = min(found, max(0, len(tokens) - 1) // self._size) * self._size
        self._keep(keys)
        self.asked_tokens += len(tokens)
        self.found_tokens += usable
        return usable

    def keep(self, tokens: Sequence[str], salt: str = "") -> None:
        """Keep a prompt with the answer behind it."""
        self._keep(list(self._keys(tokens, salt)))

    def _keep(self, keys: list[int]) -> None:
        for key in reversed(keys):
            self._kept[key] = None
            self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def _keys(self, tokens: Sequence[str], salt: str) -> Iterator[int]:
        # Two different blocks of one hash would at worst be counted as one.
        key = hash(salt)
        for at in range(0, len(tokens) - self._size + 1, self._size):
            key = hash((key, *tokens[at : at + self._size]))
            yield key
