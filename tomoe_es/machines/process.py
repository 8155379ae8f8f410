"""What is normal for a process of the system, as the log and the guardian tell it."""

from __future__ import annotations

from tomoe_es.events.safety import ProcessFellSilent, ProcessHeardAgain
from tomoe_es.events.system import ProcessStarted, ProcessStopped
from tomoe_es.machines.declaration import Machine, On

MACHINE = Machine(
    name="process",
    meaning="A resident process. One that is killed does not say so: it starts while it is taken to run.",
    thing="process/{}",
    instance="process",
    states=("stopped", "running", "silent"),
    initial="stopped",
    transitions=(
        ("start", ("stopped", "running", "silent"), "running"),
        ("stop", ("stopped", "running", "silent"), "stopped"),
        ("fall_silent", ("stopped", "running", "silent"), "silent"),  # stopped: it never started
        ("hear", ("running", "silent"), "running"),
    ),
    listens=(
        On(ProcessStarted, "start"),
        On(ProcessStopped, "stop"),
        On(ProcessFellSilent, "fall_silent"),
        On(ProcessHeardAgain, "hear"),
    ),
    forgotten=frozenset({"stopped"}),
)
