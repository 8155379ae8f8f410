"""Sensor warmer or colder than when its dark was taken: dark current doubles in 6 K."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

LARGEST_DIFFERENCE_K: Final = 2.0

CHECK: Final = Check(
    name="temperature",
    unit="K",
    data_types=frozenset({"OBJECT"}),
    value=lambda measured: abs(measured.dark_warmer_k) if measured.dark_warmer_k is not None else None,
    limit=lambda _: LARGEST_DIFFERENCE_K,
    meaning=lambda _: "the dark was taken at another temperature of the sensor: take a new one",
    remedy="wait until the sensors are at their temperature, and take the dark again",
)
