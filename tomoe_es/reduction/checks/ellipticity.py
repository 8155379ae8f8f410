"""Stars drawn out in one direction: 1 - minor / major axis, median of stars."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

LARGEST: Final = 0.25
"""Stars of a clear chip have less than 0.1. Where the telescope creeps by a third of a pixel a frame it is
0.4 in a seeing of 3 arcsec, and 0.3 in one of 4.2."""

CHECK: Final = Check(
    name="ellipticity",
    unit="",
    data_types=frozenset({"OBJECT"}),
    value=lambda measured: measured.ellipticity,
    limit=lambda _: LARGEST,
    meaning=lambda _: "stars are trailed: look at the tracking, and at wind and collimation",
    remedy="check the tracking, and the focus and tilt of the camera",
)
