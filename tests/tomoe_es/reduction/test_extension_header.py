"""Cards that are kept make the header that astropy makes anew, whatever was done to an earlier one."""

from __future__ import annotations

from astropy.io import fits

from tomoe_es.reduction.extension_header import Card, extension_header
from tomoe_es.transfer.checksum import set_sums

CARDS: list[Card] = [
    ("XTENSION", "BINTABLE", "a table"),
    ("BITPIX", 8),
    ("NAXIS", 1, "not the same as"),
    ("ZIMAGE", True, "not the same as"),
    ("ZERO", 0.0, "and"),
    ("MINUS", -0.0, "and"),
    ("TUNIT1", "count/s"),
    ("EMPTY", ""),
]


def test_a_header_is_that_of_astropy_each_time() -> None:
    expected = fits.Header(CARDS).tostring()  # type: ignore[arg-type]

    first = extension_header(CARDS)
    first["EXTNAME"] = "FIRST"
    set_sums(first, 1, "sum")

    assert extension_header(CARDS).tostring() == expected
    assert extension_header(reversed(CARDS)).tostring() == fits.Header(CARDS[::-1]).tostring()  # type: ignore[arg-type]
