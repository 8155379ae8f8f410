"""Where each panel stands: a pure function of the room there is."""

from __future__ import annotations

from typing import Final

from textual.geometry import Region

WIDE_FROM: Final = (110, 34)
"""Columns and lines of the terminal from which on all panels are shown; below, the essential ones."""

_LEFT, _CHIPS = 42, 34
_STATE, _RECIPE = 3, 5
_LEAST = 3
"""Lines of a panel that says anything: two are its frame."""
_DEVICES_FROM = 18
"""With fewer lines, less than half of the devices would be seen."""


def is_wide(columns: int, lines: int) -> bool:
    """Tell whether there is room for all panels."""
    return columns >= WIDE_FROM[0] and lines >= WIDE_FROM[1]


def arrange(width: int, height: int, *, wide: bool, enlarged: str = "") -> dict[str, Region]:
    """Panels by name and their regions in a body of `width` x `height`; panels left out are not shown."""
    if enlarged:
        return {enlarged: Region(0, 0, width, height)}
    return _all(width, height) if wide else _essential(width, height)


def _all(width: int, height: int) -> dict[str, Region]:
    left = _LEFT + max(width - 120, 0) // 4
    middle = width - left - _CHIPS
    lower = 10 + max(height - 32, 0)
    violations = lower // 2
    upper = height - lower
    devices = min(11, height - 20)  # a banner takes room from them
    return {
        "schedule": Region(0, 0, left, 8),
        "executing": Region(0, 8, left, 8),
        "hardware": Region(0, 16, left, devices),
        "weather": Region(0, 16 + devices, left, height - 16 - devices),
        "queue": Region(left, 0, middle, 12),
        "pool": Region(left, 12, middle, upper - 12),
        "chips": Region(width - _CHIPS, 0, _CHIPS, upper),
        "violations": Region(left, upper, width - left, violations),
        "history": Region(left, upper + violations, width - left, lower - violations),
    }


def _essential(width: int, height: int) -> dict[str, Region]:
    """On few lines queue and devices go first, then the recipe and the weather; the alarms get the room."""
    left, used = width // 2, 0
    regions: dict[str, Region] = {}
    if height >= _STATE + _LEAST:
        regions["schedule"] = Region(0, 0, width, _STATE)
        used = _STATE
    if height >= used + _RECIPE + _LEAST:
        regions["executing"] = Region(0, used, left, _RECIPE)
        regions["weather"] = Region(left, used, width - left, _RECIPE)
        used += _RECIPE
    if height >= _DEVICES_FROM:
        devices = height - used - max(height - 18, _LEAST)
        regions["queue"] = Region(0, used, left, devices)
        regions["hardware"] = Region(left, used, width - left, devices)
        used += devices
    regions["violations"] = Region(0, used, width, height - used)
    return regions
