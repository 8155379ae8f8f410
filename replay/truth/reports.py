"""The reports of moving objects in the archive, read back: what leaves the observatory."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from tomoe_es.clock import from_datetime

NEEDED: Final = {"trkSub", "obsTime", "ra", "dec"}


@dataclass(frozen=True, slots=True)
class ReportedPlace:
    """One observation of a report in MPC ADES."""

    time_us: int
    ra_deg: float
    dec_deg: float


def read_report(content: bytes) -> dict[str, list[ReportedPlace]]:
    """The observations of a PSV file by tracklet; raises ValueError where it is no such file."""
    found: dict[str, list[ReportedPlace]] = {}
    columns: list[str] = []
    for number, line in enumerate(content.decode("ascii").splitlines(), start=1):
        if not line or line[0] in "#!":
            continue
        if not columns:
            columns = [each.strip() for each in line.split("|")]
            continue
        values = [each.strip() for each in line.split("|")]
        row = dict(zip(columns, values, strict=False))
        if len(values) != len(columns) or not row.keys() >= NEEDED:
            raise ValueError(f"line {number} has not the columns that it needs")
        place = ReportedPlace(_time_us(row["obsTime"]), float(row["ra"]), float(row["dec"]))
        found.setdefault(row["trkSub"], []).append(place)
    return found


def _time_us(text: str) -> int:
    return from_datetime(dt.datetime.fromisoformat(text))
