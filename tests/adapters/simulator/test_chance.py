"""Chance that depends only on seed and purpose."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.simulator.chance import chance, wandering


def test_chance_is_even_and_differs_by_seed_purpose_and_key() -> None:
    numbers = [chance(seed, purpose, key) for seed in range(10) for purpose in "abc" for key in range(100)]
    assert len(set(numbers)) == 3000
    assert 0.48 < sum(numbers) / 3000 < 0.52
    assert 0 <= min(numbers) < 0.01 < 0.99 < max(numbers) < 1
    assert chance(1, "a", 2) == numbers[300 + 2]


@given(st.integers(0, 10**16), st.integers(0, 5))
def test_wandering_is_bounded_and_smooth(time_us: int, seed: int) -> None:
    here, soon = (wandering(seed, "wind", time, 1_000_000) for time in (time_us, time_us + 1_000))
    assert -1 <= here <= 1
    assert abs(soon - here) < 0.0031  # at most 1.5 x 2 a period
