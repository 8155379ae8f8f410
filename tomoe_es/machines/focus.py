"""What is normal for the focus drive."""

from __future__ import annotations

from tomoe_es.events.telescope import FocusCommanded, FocusRead, FocusStopCommanded
from tomoe_es.machines import device
from tomoe_es.machines.declaration import Machine, On

_READINGS = ("still", "moving", "fault")
_STATES = ("unknown", "still", "ordered", "moving", "fault")

MACHINE = Machine(
    name="focus",
    meaning="The focus drive as its own encoder tells it.",
    thing="focus",
    states=_STATES,
    initial="unknown",
    transitions=(
        *device.transitions(_READINGS),
        ("order", ("still", "ordered", "moving"), "ordered"),
        ("order", "fault", "fault"),
        # Not moving yet, or there already: the state alone does not say.
        ("read_still", "ordered", "ordered"),
        ("read_still", ("still", "moving"), "still"),
        ("read_moving", ("ordered", "moving"), "moving"),
    ),
    listens=(
        *device.listens("focus", FocusRead, _READINGS),
        On(FocusCommanded, "order"),
        On(FocusStopCommanded, "order"),
    ),
    departures=(
        *device.departures(_STATES),
        *device.commanded_before_read("order"),
        *device.moved_without_command("serious", ("read_moving", "still", "moving")),
    ),
)
