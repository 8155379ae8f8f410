"""The reports of moving objects in the archive, read back: what leaves the observatory."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from tomoe_es.clock import from_datetime


@dataclass(frozen=True, slots=True)
class ReportedPlace:
    """One observation of a report in MPC ADES."""

    time_us: int
    ra_deg: float
    dec_deg: float


def read_report(path: Path) -> dict[str, list[ReportedPlace]]:
    """The observations of a PSV file by tracklet.

    Raises OSError where there is none, KeyError and ValueError where it is no such file.
    """
    found: dict[str, list[ReportedPlace]] = {}
    columns: list[str] = []
    for line in path.read_text("ascii").splitlines():
        if not line or line[0] in "#!":
            continue
        if not columns:
            columns = [each.strip() for each in line.split("|")]
            continue
        row = dict(zip(columns, (each.strip() for each in line.split("|")), strict=True))
        place = ReportedPlace(_time_us(row["obsTime"]), float(row["ra"]), float(row["dec"]))
        found.setdefault(row["trkSub"], []).append(place)
    return found


def _time_us(text: str) -> int:
    return from_datetime(dt.datetime.fromisoformat(text))
