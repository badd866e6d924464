"""Seeds of asks: different for every attempt of a session, the same when it is resumed."""

SEEDS_PER_SESSION = 1 << 16


def seed_of(session_seed: int, number: int) -> int:
    """Give the seed of an attempt; sessions of neighbouring seeds share none."""
    return session_seed * SEEDS_PER_SESSION + number
