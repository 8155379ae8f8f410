"""What differs between the devices as the log left them and as they were read anew."""

from __future__ import annotations

from tomoe_es.control.hardware import Hardware
from tomoe_es.events import Event

_COMPARED = ("mount", "dome_slit", "dome_rotation", "mirror_cover", "focus", "camera")
_MOVED = {"azimuth_deg": 1.0, "position_mm": 0.01}
"""How far a device that stands may be from where the log has it."""


def differences(before: Hardware, now: Hardware) -> list[str]:
    """Each device whose state, place or answer is another; for people, empty when all is as the log says."""
    found = [_difference(device, before, now) for device in _COMPARED]
    return [each for each in found if each]


def _difference(device: str, before: Hardware, now: Hardware) -> str:
    if device in now.unreachable:
        return "" if device in before.unreachable else f"{device}: does not answer any more"
    if device in before.unreachable:
        return f"{device}: answers again"
    old, new = getattr(before, device), getattr(now, device)
    if old is None or new is None or old == new:
        return ""
    if old.state != new.state:
        return f"{device}: {old.state} in the log, {new.state} now"
    if device == "mount":
        return ""  # tracking and slewing change where it points
    return _moved(device, old, new)


def _moved(device: str, old: Event, new: Event) -> str:
    for field, tolerance in _MOVED.items():
        was, is_now = getattr(old, field, None), getattr(new, field, None)
        if was is not None and is_now is not None and abs(was - is_now) > tolerance:
            return f"{device}: {field} {was:g} in the log, {is_now:g} now"
    return ""
