"""What the machines of all devices share: readings, faults, and a line that is cut."""

from __future__ import annotations

from tomoe_es.events import Event
from tomoe_es.events.telescope import DeviceUnreachable
from tomoe_es.machines.declaration import ByField, Departure, On, Severity, States, Transition

UNKNOWN = "unknown"
FAULT = "fault"


def listens(device: str, reading: type[Event], states: tuple[str, ...]) -> tuple[On, ...]:
    """The device's own readings, and the news that it does not answer."""
    return (
        On(reading, ByField("state", {state: f"read_{state}" for state in states})),
        On(DeviceUnreachable, ByField("device", {device: "unreachable"})),
    )


def transitions(states: tuple[str, ...]) -> tuple[Transition, ...]:
    """From an unknown state, and out of a fault, a reading may tell any state."""
    return (
        *((f"read_{state}", (UNKNOWN, FAULT), state) for state in states if state != FAULT),
        ("read_fault", FAULT, FAULT),
        ("unreachable", UNKNOWN, UNKNOWN),
    )


def departures(states: tuple[str, ...]) -> tuple[Departure, ...]:
    """A fault and a cut line are known, and never normal; each is told once. `states` are the machine's."""
    return (
        Departure(
            name="DeviceFault",
            trigger="read_fault",
            source=tuple(state for state in states if state != FAULT),
            dest=FAULT,
            severity="serious",
            meaning="the device says that it is in its fault state",
            remedy="look at the device on site; it is normal again when its reading says so",
            lasts=True,
        ),
        Departure(
            name="DeviceUnreachable",
            trigger="unreachable",
            source=tuple(state for state in states if state != UNKNOWN),
            dest=UNKNOWN,
            severity="serious",
            meaning="the device does not answer, so that its last reading is no longer trusted",
            remedy="check the device's line and power",
            lasts=True,
        ),
    )


def moved_without_command(severity: Severity, *ways: tuple[str, States, str]) -> tuple[Departure, ...]:
    """Readings (trigger, source, destination) of a motion that nobody ordered."""
    return tuple(
        Departure(
            name="MovedWithoutCommand",
            trigger=trigger,
            source=source,
            dest=dest,
            severity=severity,
            meaning="the device moved, but nothing in the log had ordered it",
            remedy="find out who or what moved it; set the telescope lock if somebody is on site",
        )
        for trigger, source, dest in ways
    )


def commanded_before_read(*triggers: str) -> tuple[Departure, ...]:
    """Orders to move a device whose true state is not known."""
    return tuple(
        Departure(
            name="CommandedBeforeRead",
            trigger=trigger,
            source=UNKNOWN,
            dest=UNKNOWN,
            severity="serious",
            meaning="the device was ordered to move before its true state had been read",
            remedy="wait for a reading of the device before it is commanded",
        )
        for trigger in triggers
    )
