"""What a quality check is: one measured value, one limit, and what it means when the limit is broken."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from tomoe_es.reduction.checks.measurements import Measurements
from tomoe_es.transfer.exposure_facts import DataType


class Verdict(msgspec.Struct, frozen=True):
    """One check: the value measured (None: it couldn't be), its limit, and why it failed (or empty)."""

    check: str
    value: float | None
    limit: float
    unit: str
    passed: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A quality check of data of some types. Each is the CHECK of a file of this folder.

    `value` gives None where the check doesn't apply, and NaN where it applies and can't be measured, which
    never passes. `limit` may depend on what was measured. The limit itself passes.
    """

    name: str
    unit: str
    data_types: frozenset[DataType]
    value: Callable[[Measurements], float | None]
    limit: Callable[[Measurements], float]
    at_least: bool = False
    meaning: Callable[[Measurements], str]
    remedy: str

    def judge(self, measured: Measurements) -> Verdict | None:
        """The verdict; None where the check doesn't apply."""
        value = self.value(measured) if measured.data_type in self.data_types else None
        if value is None:
            return None
        limit = self.limit(measured)
        within = value >= limit if self.at_least else value <= limit
        passed = math.isfinite(value) and within
        side = "under" if self.at_least else "over"
        found = f"{value:.6g} {self.unit}".strip() + f" is {side} {limit:.6g}"
        if not math.isfinite(value):
            found = "it could not be measured"
        reason = "" if passed else f"{found}: {self.meaning(measured)}"
        shown = float(value) if math.isfinite(value) else None
        return Verdict(self.name, shown, float(limit), self.unit, passed, reason)
