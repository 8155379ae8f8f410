"""What the devices' readings mean for an operation: fresh or not, at fault or not, and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tomoe_es.clock import SECOND, isot

if TYPE_CHECKING:
    from tomoe_es.recipe.operation import Situation

FRESH_US = 45 * SECOND
"""A reading older than this does not count when an operation is about to begin."""


def device_shows(situation: Situation, device: str) -> str:
    """What the device's newest reading says, in words."""
    hardware, name = situation.hardware, device.replace("_", " ")
    if device in hardware.unreachable:
        return f"the {name} does not answer ({hardware.unreachable[device]})"
    reading = getattr(hardware, device)
    if reading is None:
        return f"the {name} has not been read yet"
    at = isot(hardware.read_at[device], 0)
    return f"the {name} reads '{getattr(reading, 'state', 'weather')}' (at {at} UTC)"


def device_failure(situation: Situation, devices: tuple[str, ...]) -> str | None:
    """Why one of the devices can't do what it was told since the operation began; None when all can."""
    hardware = situation.hardware
    for device in devices:
        if device in hardware.unreachable:
            return device_shows(situation, device)
        failed_at, message = hardware.command_failed.get(device, (-1, ""))
        if failed_at >= situation.started:
            return f"the {device.replace('_', ' ')} refused its command: {message}"
        if hardware.read_since(device, situation.started):
            state = getattr(getattr(hardware, device), "state", None)
            if state == "fault":
                return device_shows(situation, device)
    return None
