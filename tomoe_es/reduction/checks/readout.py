"""Noise of a dark from frame to frame less than half of what its readout alone makes."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

SMALLEST_FACTOR: Final = 0.5
"""Of the camera's read noise: half leaves room for a chip that is quieter than most. What is dead gives 0, or
next to it, at any level of counts."""

CHECK: Final = Check(
    name="readout",
    unit="count",
    data_types=frozenset({"DARK"}),
    value=lambda measured: measured.noise,
    limit=lambda measured: SMALLEST_FACTOR * measured.expected_noise,
    at_least=True,
    meaning=lambda _: "quieter than a sensor can be: it or its readout is dead",
    remedy="look at the sensor's power and its readout, and take the dark again",
)
