"""Lines that hold no data of their own frame: a ring that overwrote, or a transfer that ended early."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

LARGEST_LOST_PART: Final = 0.0

CHECK: Final = Check(
    name="frames",
    unit="",
    data_types=frozenset({"OBJECT", "DARK", "FLAT"}),
    value=lambda measured: measured.lost_fraction,
    limit=lambda _: LARGEST_LOST_PART,
    meaning=lambda _: "lines are empty or repeat those of another frame: frames were lost on the way",
    remedy="look at the camera and the ring buffer, and for `RingOverwritten` in the log",
)
