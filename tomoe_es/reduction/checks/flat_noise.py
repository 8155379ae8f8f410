"""Noise of a flat from frame to frame more than half as high again as light and readout explain."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

LARGEST_FACTOR: Final = 1.5

CHECK: Final = Check(
    name="noise",
    unit="relative",
    data_types=frozenset({"FLAT"}),
    value=lambda measured: measured.noise,
    limit=lambda measured: LARGEST_FACTOR * measured.expected_noise,
    meaning=lambda _: "frames were lost, the image is corrupt",
    remedy="look at the camera, and for `RingOverwritten` in the log; take the flat again",
)
