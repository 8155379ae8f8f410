"""Header and log that contradict each other on chip, exposure or pointing: 0 agrees, 1 does not."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

CHECK: Final = Check(
    name="coordinates",
    unit="",
    data_types=frozenset({"OBJECT", "DARK", "FLAT"}),
    value=lambda measured: 0.0 if measured.same_field else 1.0,
    limit=lambda _: 0.0,
    meaning=lambda _: (
        "header and log name different chips or pointings: a sensor or the database is at fault"
    ),
    remedy="compare header and log: a sensor or the database is at fault",
)
