"""Stars drawn out in one direction: 1 - minor / major axis, median of stars."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

LARGEST: Final = 0.35

CHECK: Final = Check(
    name="ellipticity",
    unit="",
    data_types=frozenset({"OBJECT"}),
    value=lambda measured: measured.ellipticity,
    limit=lambda _: LARGEST,
    meaning=lambda _: "stars are trailed: look at the tracking, and at wind and collimation",
    remedy="check the tracking, and the focus and tilt of the camera",
)
