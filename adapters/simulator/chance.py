"""Chance of the simulated devices and weather: it depends only on the seed and on what it is for."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b


def chance(seed: int, purpose: str, *key: int) -> float:
    """Number in [0, 1), evenly distributed over seeds and keys; always the same for the same arguments."""
    text = "/".join((str(seed), purpose, *map(str, key)))
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest()) / 2**48


@lru_cache(maxsize=256)
def _knot(seed: int, purpose: str, number: int) -> float:
    return 2.0 * chance(seed, purpose, number) - 1.0


def wandering(seed: int, purpose: str, time_us: int, period_us: int) -> float:
    """Smooth function of time within [-1, 1] that takes a new chance value every period."""
    number, rest = divmod(time_us, period_us)
    before, after = _knot(seed, purpose, number), _knot(seed, purpose, number + 1)
    way = rest / period_us
    return before + (after - before) * way * way * (3.0 - 2.0 * way)
