"""Why observing waits although the weather is safe: dangers, for which the dome closes too, and hindrances.

A device is frozen when it does not change although it was commanded; that is what the time limit of an
operation finds out. Weather is never still, so that its readings are judged without a command.
"""

from __future__ import annotations

from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.control.state import Control

REQUIRED: tuple[str, ...] = ("mount", "dome_slit", "dome_rotation", "mirror_cover", "focus")
"""Without a fresh reading of each of these nothing is observed; the weather has its own limits."""
STALE_AFTER = 90 * SECOND
"""A device is read every 30 s at the latest: three readings in a row are missing."""
REOPEN_AFTER = 10 * MINUTE
"""So long after the guardian has closed the telescope it stays closed."""
MOST_REOPENINGS = 4
"""So often a night does the dome open again after a danger, unless a person starts the queue anew."""

CLOUDS = "clouds"
ON_BATTERY = "the mains are gone: the battery is kept for closing"
BUFFER_FULL = "the buffer storage has no room for another exposure"
LOG_FULL = "the log's disk has no room for a night that observes"
USED_UP = f"{MOST_REOPENINGS} re-openings are used up: a person must start the queue"


def dangers(state: Control, now: int) -> list[str]:
    """What is dangerous besides the weather, for people; empty when nothing is.

    The words do not change while the danger lasts, so that it is told once.
    """
    hardware, reasons = state.hardware, []
    for device in REQUIRED:
        name = device.replace("_", " ")
        if device in hardware.unreachable:
            reasons.append(f"the {name} does not answer")
        elif device not in hardware.read_at:
            reasons.append(f"the {name} has not been read")
        elif now - hardware.read_at[device] > STALE_AFTER:
            reasons.append(f"the {name} gave no reading for {STALE_AFTER // SECOND} s")
    if "power" in hardware.unreachable:
        reasons.append("the power supply does not answer")
    elif hardware.power is not None and hardware.power.state == "failing":
        reasons.append("the power is failing")
    if state.log_full:
        reasons.append(LOG_FULL)
    made_safe = state.made_safe
    if made_safe is not None and made_safe.by == "guardian" and now < made_safe.at_us + REOPEN_AFTER:
        reasons.append(f"the guardian closed the telescope ({', '.join(made_safe.reasons)})")
    return reasons


def hindrances(state: Control, *, cloudy: bool) -> list[str]:
    """Why no recipe is begun although nothing is in danger."""
    return [
        *([USED_UP] if no_reopening_left(state) else []),
        *([BUFFER_FULL] if state.buffer_full else []),
        *([ON_BATTERY] if _on_battery(state) else []),
        *([CLOUDS] if cloudy else []),
    ]


def _on_battery(state: Control) -> bool:
    power = state.hardware.power
    return power is not None and power.state == "battery"


def no_reopening_left(state: Control) -> bool:
    """Tell whether danger has closed the dome more often than it may open again."""
    return state.weather.closings > MOST_REOPENINGS


def next_change(state: Control, now: int) -> int | None:
    """When a danger begins or ends by the mere passing of time; None when none does."""
    times = [state.hardware.read_at.get(device, 0) + STALE_AFTER + 1 for device in REQUIRED]
    if state.made_safe is not None:
        times.append(state.made_safe.at_us + REOPEN_AFTER)
    return min((time for time in times if time > now), default=None)
