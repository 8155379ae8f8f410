"""Level of the faintest frame of a flat too low: photon noise would print through."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

LOWEST_E: Final = 500.0

CHECK: Final = Check(
    name="light",
    unit="count",
    data_types=frozenset({"FLAT"}),
    value=lambda measured: measured.faintest_counts,
    limit=lambda measured: LOWEST_E / measured.gain_e_per_count,
    at_least=True,
    meaning=lambda _: "too dark for a flat",
    remedy="take the flat earlier in the evening, or later in the morning",
)
