"""Times, durations and amounts as the screen says them."""

from __future__ import annotations

from projections.overview_model import Overview
from tomoe_es.clock import to_datetime
from tomoe_es.night import JST

NEVER = "--:--"


def jst(time_us: int) -> str:
    """Local time of the observatory as 20:14; --:-- for never."""
    return to_datetime(time_us).astimezone(JST).strftime("%H:%M") if time_us else NEVER


def jst_seconds(time_us: int) -> str:
    """Local time of the observatory as 20:14:03; --:--:-- for never."""
    return to_datetime(time_us).astimezone(JST).strftime("%H:%M:%S") if time_us else "--:--:--"


def utc(time_us: int) -> str:
    """UTC as 11:14; --:-- for never."""
    return to_datetime(time_us).strftime("%H:%M") if time_us else NEVER


def utc_seconds(time_us: int) -> str:
    """UTC as 11:14:03; --:--:-- for never."""
    return to_datetime(time_us).strftime("%H:%M:%S") if time_us else "--:--:--"


def duration(seconds: float) -> str:
    """A time span in its two largest units: 3 s, 2 min 05 s, 1 h 02 min, 3 d 4 h."""
    whole = max(int(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


def brief_duration(seconds: float) -> str:
    """A time span in at most five cells: 3 s, 95 s, 12 min, 5 h, 3 d."""
    whole = max(int(seconds), 0)
    for unit_seconds, unit, until in ((1, "s", 100), (60, "min", 6000), (3600, "h", 360_000)):
        if whole < until:
            return f"{whole // unit_seconds} {unit}"
    return f"{whole // 86400} d"


def size(amount_bytes: int) -> str:
    """An amount of data: 0 B, 12 MB, 1.2 GB, 3.4 TB."""
    for factor, unit in ((10**12, "TB"), (10**9, "GB")):
        if amount_bytes >= factor:
            return f"{amount_bytes / factor:.1f} {unit}"
    for factor, unit in ((10**6, "MB"), (10**3, "kB")):
        if amount_bytes >= factor:
            return f"{amount_bytes // factor} {unit}"
    return f"{amount_bytes} B"


def archived_size(overview: Overview) -> str:
    """How much was archived; a night without pixels has no files."""
    return size(overview.counters.archived_bytes) if overview.night.pixels else "events only"


def words(name: str) -> str:
    """A name of the code as words: dome_slit becomes 'dome slit'."""
    return name.replace("_", " ")


def short_id(recipe_id: str) -> str:
    """The first eight characters of a recipe's id, enough to tell the recipes of a night apart."""
    return recipe_id[:8]
