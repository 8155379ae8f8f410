"""What is normal for the observation queue as a whole."""

from __future__ import annotations

from tomoe_es.events.queue import ObservingResumed, ObservingSuspended, QueuePaused, QueueStarted
from tomoe_es.events.system import NightPlanned
from tomoe_es.machines.declaration import Machine, On

MACHINE = Machine(
    name="queue",
    meaning="People start and pause the queue; conditions suspend and resume observing, independently.",
    thing="queue",
    states=("running", "paused", "running_suspended", "paused_suspended"),
    initial="running",
    transitions=(
        ("start", ("running", "paused"), "running"),
        ("start", ("running_suspended", "paused_suspended"), "running_suspended"),
        ("pause", ("running", "paused"), "paused"),
        ("pause", ("running_suspended", "paused_suspended"), "paused_suspended"),
        # Told again when the reasons change.
        ("suspend", ("running", "running_suspended"), "running_suspended"),
        ("suspend", ("paused", "paused_suspended"), "paused_suspended"),
        ("resume", "running_suspended", "running"),
        ("resume", "paused_suspended", "paused"),
        # A new night does not begin suspended.
        ("plan_night", ("running", "running_suspended"), "running"),
        ("plan_night", ("paused", "paused_suspended"), "paused"),
    ),
    listens=(
        On(QueueStarted, "start"),
        On(QueuePaused, "pause"),
        On(ObservingSuspended, "suspend"),
        On(ObservingResumed, "resume"),
        On(NightPlanned, "plan_night"),
    ),
)
