"""Scatter of the zero point from star to star."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

LARGEST_SCATTER_MAG: Final = 0.35
"""Colours alone scatter an unfiltered magnitude against Tycho VT by some 0.2."""

CHECK: Final = Check(
    name="zeropoint",
    unit="mag",
    data_types=frozenset({"OBJECT"}),
    value=lambda measured: measured.zero_point_scatter_mag,
    limit=lambda _: LARGEST_SCATTER_MAG,
    meaning=lambda _: "stars disagree on the zero point: uneven clouds, or a flat that doesn't fit",
    remedy="look at the sky for thin clouds; check the flat",
)
