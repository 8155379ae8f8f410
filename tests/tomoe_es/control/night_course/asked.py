"""Scripts of nights, and what a test asks of the night that became of them."""

from __future__ import annotations

from tests.tomoe_es.control.observatory import (
    Observatory,
)
from tomoe_es.events import system

PHASES = ["starting_up", "calibrating", "waiting", "observing", "shutting_down", "ended"]


def script(*lines: str, faults: bool = False) -> str:
    return "\n".join(["faults:" if faults else "weather:", *(f"  - {line}" for line in lines)])


def rain(start: str, end: str) -> str:
    return script(f"{{ kind: rain, from: '{start}', to: '{end}' }}")


def fault(device: str, kind: str, start: str, end: str) -> str:
    return script(f"{{ device: {device}, kind: {kind}, from: '{start}', to: '{end}' }}", faults=True)


def roles(night: Observatory) -> list[str]:
    return [each.role for each in night.told(system.DailyRecipeIssued)]


def outcomes(night: Observatory, role: str) -> list[str]:
    """How the recipes of a role ended, in order."""
    return [
        night.story(each.recipe_id)[-1] for each in night.told(system.DailyRecipeIssued) if each.role == role
    ]


def phase_names(night: Observatory) -> list[str]:
    return [phase for _, phase in night.phases()]


def is_safe(night: Observatory) -> bool:
    """Closed, covered and parked."""
    hardware = night.control.hardware
    assert hardware.dome_slit is not None
    assert hardware.mirror_cover is not None
    assert hardware.mount is not None
    return (hardware.dome_slit.state, hardware.mirror_cover.state, hardware.mount.state) == (
        "closed",
        "closed",
        "parked",
    )
