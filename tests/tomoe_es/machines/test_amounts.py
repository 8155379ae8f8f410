"""No amount of bytes reads as nothing."""

from __future__ import annotations

import pytest

from tomoe_es.machines.amounts import bytes_text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (31_760_384, "31.8 MB"),
        (1_500_000_000, "1.5 GB"),
        (2 * 10**12, "2.0 TB"),
    ],
)
def test_an_amount_has_the_unit_in_which_it_is_not_nothing(number: int, text: str) -> None:
    assert bytes_text(number) == text
