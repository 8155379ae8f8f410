"""The loudest rule: an exception that nobody foresaw, in whatever process, is an alarm of its own kind."""

from __future__ import annotations

from typing import Final

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ErrorRaised, Severity, ViolationDetected

NAME: Final = "UnfamiliarError"
SEVERITY: Final[Severity] = "critical"
MEANING: Final = "a process met an exception that has no name: nobody foresaw it, so nobody knows what it did"
REMEDY: Final = (
    "make sure by the devices' readings that the telescope is safe; then report the exception and its place"
)


def judge(recorded: Recorded) -> list[ViolationDetected]:
    """The violation that an error is; empty when it is one that is understood."""
    event = recorded.payload
    if not isinstance(event, ErrorRaised) or event.understood:
        return []
    place = f" at {event.where}" if event.where else ""
    return [
        ViolationDetected(
            name=NAME,
            thing=event.process,
            severity=SEVERITY,
            message=f"{event.condition}: {event.message}{place}",
            evidence=[recorded.position],
            chain=[],
            needs_acknowledgement=True,
        )
    ]
