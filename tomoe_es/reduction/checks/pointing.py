"""Field found elsewhere than the mount says."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

TOLERANCE_ARCSEC: Final = 180.0

CHECK: Final = Check(
    name="pointing",
    unit="arcsec",
    data_types=frozenset({"OBJECT"}),
    value=lambda measured: measured.offset_arcsec,
    limit=lambda _: TOLERANCE_ARCSEC,
    meaning=lambda _: "the field isn't where the mount says: a sensor or the database is at fault",
    remedy="check the mount's pointing on a bright star",
)
