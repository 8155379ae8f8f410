"""The sums of a FITS unit: those of astropy, however the data come in."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given
from hypothesis import strategies as st

from tomoe_es.transfer.checksum import encoded, ones_complement_sum, set_sums

WORDS = st.binary(max_size=400).map(lambda data: data[: len(data) // 4 * 4])


@given(WORDS, WORDS)
def test_the_sum_of_parts_is_the_sum_of_the_whole(first: bytes, second: bytes) -> None:
    assert ones_complement_sum(second, ones_complement_sum(first)) == ones_complement_sum(first + second)


@pytest.mark.parametrize(
    ("words", "total"),
    [([], 0), ([1, 2], 3), ([0xFFFFFFFF], 0xFFFFFFFF), ([0xFFFFFFFF, 1], 1), ([0xFFFFFFFF] * 3, 0xFFFFFFFF)],
)
def test_a_carry_comes_in_again_at_the_end(words: list[int], total: int) -> None:
    assert ones_complement_sum(np.array(words, dtype=">u4").tobytes()) == total


@given(st.integers(0, 0xFFFFFFFF))
def test_encoded_bits_are_letters_and_digits_that_add_up_to_them(value: int) -> None:
    text = encoded(value)
    assert len(text) == 16
    assert text.isalnum()
    turned = (text[1:] + text[:1]).encode()
    zeros = ones_complement_sum(b"0" * 16)
    assert ones_complement_sum(turned) in {value + zeros, (value + zeros) % 0xFFFFFFFF}


def test_the_example_of_the_standard() -> None:
    assert encoded(868229149 ^ 0xFFFFFFFF) == "hcHjjc9ghcEghc9g"


@given(st.integers(0, 2**32 - 1))
def test_a_header_gets_the_sums_that_astropy_gives_it(seed: int) -> None:
    data = np.random.default_rng(seed).integers(-30000, 30000, (4, 360), dtype=np.int16).astype(">i2")
    theirs = fits.PrimaryHDU(data)
    theirs.header["SEED"] = seed
    ours = theirs.header.copy()
    set_sums(ours, 0, "the sum")
    set_sums(ours, ones_complement_sum(data.tobytes()), "the sum")
    theirs.add_checksum(when="the sum")
    assert ours.tostring() == theirs.header.tostring()
