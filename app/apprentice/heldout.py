"""Which instances are kept out of training: a tenth, by a hash that ignores names."""

from hashlib import sha256
from itertools import pairwise

from planners.generators.blocksworld import Instance

_NONE = -2


def is_held_out(instance: Instance) -> bool:
    """Say whether an instance, under whatever names, belongs to the tenth never trained on."""
    return int.from_bytes(sha256(canonical(instance).encode()).digest()[:8], "big") % 10 == 0


def canonical(instance: Instance) -> str:
    """Spell an instance such that two spell alike just when they differ in names alone.

    Blocks are joined by who stands on whom, at the start and in the goal. From one block
    the walk along these links is fixed, so each connected part is spelled from every block
    that looks like the rarest, the least spelling is kept, and the parts are sorted.
    """
    links = _links(instance)
    left = set(links)
    parts: list[str] = []
    while left:
        members = _walk(next(iter(left)), links)
        left.difference_update(members)
        looks = {block: _look(links[block], links) for block in members}
        counts: dict[str, int] = {}
        for look in looks.values():
            counts[look] = counts.get(look, 0) + 1
        rarest = min(counts, key=lambda look: (counts[look], look))
        parts.append(min(_spell(block, links) for block, look in looks.items() if look == rarest))
    return ";".join(sorted(parts))


def _links(instance: Instance) -> dict[int, tuple[int, int, int, int]]:
    """Give each block what is below and above it, at the start and in the goal.

    -1 is the table or nothing, -2 what the goal leaves open.
    """
    below: dict[int, int] = {}
    above: dict[int, int] = {}
    want_below: dict[int, int] = {}
    want_above: dict[int, int] = {}
    for tower in instance.start:
        below[tower[0]] = above[tower[-1]] = -1
        for low, high in pairwise(tower):
            below[high], above[low] = low, high
    for chain in instance.goal:
        if chain.on_table:
            want_below[chain.blocks[0]] = -1
        if chain.clear:
            want_above[chain.blocks[-1]] = -1
        for low, high in pairwise(chain.blocks):
            want_below[high], want_above[low] = low, high
    return {
        block: (
            below[block],
            above[block],
            want_below.get(block, _NONE),
            want_above.get(block, _NONE),
        )
        for block in below
    }


def _walk(root: int, links: dict[int, tuple[int, int, int, int]]) -> list[int]:
    order, seen = [root], {root}
    for block in order:
        for other in links[block]:
            if other >= 0 and other not in seen:
                seen.add(other)
                order.append(other)
    return order


def _look(link: tuple[int, int, int, int], links: dict[int, tuple[int, int, int, int]]) -> str:
    near = "".join("b" if other >= 0 else str(other) for other in link)
    further = (
        "".join("b" if o >= 0 else str(o) for o in links[other]) if other >= 0 else ""
        for other in link
    )
    return near + "/" + "/".join(further)


def _spell(root: int, links: dict[int, tuple[int, int, int, int]]) -> str:
    order = _walk(root, links)
    number = {block: place for place, block in enumerate(order)} | {-1: -1, _NONE: _NONE}
    return ",".join(f"{number[other]}" for block in order for other in links[block])
