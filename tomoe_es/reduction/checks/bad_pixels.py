"""Too many hot pixels, bad columns and insensitive pixels in a master."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

LARGEST_PART: Final = 0.03

CHECK: Final = Check(
    name="badpixels",
    unit="",
    data_types=frozenset({"DARK", "FLAT"}),
    value=lambda measured: measured.bad_fraction,
    limit=lambda _: LARGEST_PART,
    meaning=lambda _: "too many bad pixels: look at the sensor's temperature and its readout",
    remedy="compare with masters of former nights; replace the chip's readout or mask it when they stay",
)
