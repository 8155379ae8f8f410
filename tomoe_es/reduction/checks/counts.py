"""Mean counts of the sky too high: the whole field is saturated."""

from typing import Final

from tomoe_es.camera.frame_geometry import FULL_WELL_E
from tomoe_es.reduction.checks.check import Check

HIGHEST_PART_OF_FULL_WELL: Final = 0.8

CHECK: Final = Check(
    name="counts",
    unit="count",
    data_types=frozenset({"OBJECT", "FLAT"}),
    value=lambda measured: measured.level_counts,
    limit=lambda measured: HIGHEST_PART_OF_FULL_WELL * FULL_WELL_E / measured.gain_e_per_count,
    meaning=lambda _: "the whole field is saturated",
    remedy="look for the Moon, twilight, or a lamp in the dome",
)
