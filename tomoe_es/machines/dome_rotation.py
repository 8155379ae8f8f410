"""What is normal for the rotation of the dome."""

from __future__ import annotations

from tomoe_es.events.telescope import DomeRotationCommanded, DomeRotationRead
from tomoe_es.machines import device
from tomoe_es.machines.declaration import Machine, On

_READINGS = ("still", "rotating", "fault")
_STATES = ("unknown", "still", "ordered", "rotating", "fault")

MACHINE = Machine(
    name="dome_rotation",
    meaning="The rotation of the dome as its own encoder tells it.",
    thing="dome_rotation",
    states=_STATES,
    initial="unknown",
    transitions=(
        *device.transitions(_READINGS),
        ("order", ("still", "ordered", "rotating"), "ordered"),
        ("order", "fault", "fault"),
        # Not turning yet, or there already: the state alone does not say.
        ("read_still", "ordered", "ordered"),
        ("read_still", ("still", "rotating"), "still"),
        ("read_rotating", ("ordered", "rotating"), "rotating"),
    ),
    listens=(
        *device.listens("dome_rotation", DomeRotationRead, _READINGS),
        On(DomeRotationCommanded, "order"),
    ),
    departures=(
        *device.departures(_STATES),
        *device.commanded_before_read("order"),
        *device.moved_without_command("serious", ("read_rotating", "still", "rotating")),
    ),
)
