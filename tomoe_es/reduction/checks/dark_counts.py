"""Counts of a dark too high: light came in. The fixed bias pattern is some 10 counts."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

HIGHEST_COUNTS: Final = 100.0

CHECK: Final = Check(
    name="counts",
    unit="count",
    data_types=frozenset({"DARK"}),
    value=lambda measured: measured.level_counts,
    limit=lambda _: HIGHEST_COUNTS,
    meaning=lambda _: "light came in during the dark",
    remedy="close the mirror cover, look for a lamp in the dome, and take the dark again",
)
