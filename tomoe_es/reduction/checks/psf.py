"""Width of stars: out of focus, or a night of bad seeing."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

LARGEST_FWHM_ARCSEC: Final = 8.0

CHECK: Final = Check(
    name="psf",
    unit="arcsec",
    data_types=frozenset({"OBJECT"}),
    value=lambda measured: measured.fwhm_arcsec,
    limit=lambda _: LARGEST_FWHM_ARCSEC,
    meaning=lambda _: "stars are too wide: look at focus and seeing",
    remedy="check the focus; wait for better seeing",
)
