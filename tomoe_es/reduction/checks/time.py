"""Times of the header that disagree with each other or with the log."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

TOLERANCE_SECONDS: Final = 0.0002
"""What the camera's absolute time is good to."""

CHECK: Final = Check(
    name="time",
    unit="s",
    data_types=frozenset({"OBJECT", "DARK", "FLAT"}),
    value=lambda measured: measured.time_departure_seconds,
    limit=lambda _: TOLERANCE_SECONDS,
    meaning=lambda _: "the header's times disagree with the log: a sensor or the database is at fault",
    remedy="look at the camera's clock and its GPS",
)
