"""What is normal for the equatorial mount."""

from __future__ import annotations

from tomoe_es.events.telescope import (
    MountParkCommanded,
    MountRead,
    MountSlewCommanded,
    MountStopCommanded,
)
from tomoe_es.machines import device
from tomoe_es.machines.declaration import Machine, On

_READINGS = ("parked", "parking", "slewing", "settling", "tracking", "stopped", "fault")
_STATES = (
    *("unknown", "parked", "ordered_slew", "slewing", "settling", "tracking"),
    *("ordered_park", "parking", "ordered_stop", "stopped", "fault"),
)
_KNOWN = tuple(state for state in _STATES if state not in ("unknown", "fault"))

MACHINE = Machine(
    name="mount",
    meaning="The mount as its own readings tell it; a motion shorter than their interval may go unseen.",
    thing="mount",
    states=_STATES,
    initial="unknown",
    transitions=(
        *device.transitions(_READINGS),
        ("order_slew", _KNOWN, "ordered_slew"),
        ("order_slew", "fault", "fault"),
        ("order_park", _KNOWN, "ordered_park"),
        ("order_park", ("unknown", "fault"), "="),
        ("order_stop", _KNOWN, "ordered_stop"),
        ("order_stop", ("unknown", "fault"), "="),
        ("read_slewing", ("ordered_slew", "slewing"), "slewing"),
        ("read_settling", ("ordered_slew", "slewing", "settling"), "settling"),
        ("read_tracking", ("slewing", "settling", "tracking"), "tracking"),
        # Still tracking the former target, or already the new one: the reading does not say.
        ("read_tracking", "ordered_slew", "ordered_slew"),
        ("read_parked", "ordered_slew", "ordered_slew"),
        ("read_parking", "ordered_slew", "ordered_slew"),
        ("read_stopped", "ordered_slew", "ordered_slew"),
        ("read_slewing", "ordered_park", "ordered_park"),
        ("read_settling", "ordered_park", "ordered_park"),
        ("read_tracking", "ordered_park", "ordered_park"),
        ("read_stopped", "ordered_park", "ordered_park"),
        ("read_parking", ("ordered_park", "parking"), "parking"),
        ("read_parked", ("ordered_park", "parking", "parked"), "parked"),
        # It may have been parked before the order to stop got there.
        ("read_slewing", "ordered_stop", "ordered_stop"),
        ("read_settling", "ordered_stop", "ordered_stop"),
        ("read_tracking", "ordered_stop", "ordered_stop"),
        ("read_parking", "ordered_stop", "ordered_stop"),
        ("read_parked", "ordered_stop", "parked"),
        ("read_stopped", ("ordered_stop", "stopped"), "stopped"),
    ),
    listens=(
        *device.listens("mount", MountRead, _READINGS),
        On(MountSlewCommanded, "order_slew"),
        On(MountParkCommanded, "order_park"),
        On(MountStopCommanded, "order_stop"),
    ),
    departures=(
        *device.departures(_STATES),
        *device.commanded_before_read("order_slew"),
        *device.moved_without_command(
            "critical",
            ("read_slewing", ("settling", "tracking", "parking", "parked", "stopped"), "slewing"),
            ("read_settling", ("tracking", "parking", "parked", "stopped"), "settling"),
            ("read_tracking", ("parking", "parked", "stopped"), "tracking"),
            ("read_parking", ("slewing", "settling", "tracking", "parked", "stopped"), "parking"),
            ("read_parked", ("slewing", "settling", "tracking", "stopped"), "parked"),
        ),
    ),
    severity="critical",
)
