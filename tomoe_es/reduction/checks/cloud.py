"""Stars fainter than under a clear sky, vignetting of 0.17 mag included."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

LARGEST_EXTINCTION_MAG: Final = 1.2

CHECK: Final = Check(
    name="cloud",
    unit="mag",
    data_types=frozenset({"OBJECT"}),
    value=lambda measured: measured.extinction_mag,
    limit=lambda _: LARGEST_EXTINCTION_MAG,
    meaning=lambda _: "stars are too faint: probably cloudy",
    remedy="look at the sky; when it is clear, check mirror, cover and dome",
)
