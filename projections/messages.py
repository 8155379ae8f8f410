"""What people should notice: violations of what is normal, bursts on one line, and messages to the log."""

from __future__ import annotations

import msgspec

from projections.overview_model import MessageLine, ViolationLine
from projections.projection import Projection
from tomoe_es.clock import SECOND
from tomoe_es.events import monitor, system
from tomoe_es.events.envelope import Recorded

LINES_KEPT = 100
BURST_SECONDS = 60.0
"""A violation so soon after the last one of its name is part of the same burst."""


class Line(msgspec.Struct, kw_only=True):
    """A violation or a burst of one name; things and message are the newest."""

    name: str
    severity: str
    count: int
    first_us: int
    last_us: int
    thing: str
    message: str


class Posted(msgspec.Struct):
    """A message to the log."""

    time_us: int
    text: str


class Messages(msgspec.Struct):
    """The newest lines, oldest first, and how many violations there were in all."""

    lines: list[Line] = []
    violations: int = 0
    posted: list[Posted] = []

    def newest_violations(self, count: int) -> tuple[ViolationLine, ...]:
        """Newest burst first."""
        lines = sorted(self.lines, key=lambda line: -line.last_us)[:count]
        return tuple(msgspec.convert(line, ViolationLine, from_attributes=True) for line in lines)

    def newest_messages(self, count: int) -> tuple[MessageLine, ...]:
        """Newest message first."""
        return tuple(
            MessageLine(time_us=each.time_us, text=each.text) for each in self.posted[: -count - 1 : -1]
        )


def _violation(state: Messages, event: monitor.ViolationDetected, recorded: Recorded) -> None:
    state.violations += 1
    for line in reversed(state.lines):
        if line.name == event.name:
            if recorded.time - line.last_us > BURST_SECONDS * SECOND:
                break
            line.count += 1
            line.last_us, line.severity = recorded.time, event.severity
            line.thing, line.message = event.thing, event.message
            return
    state.lines.append(
        Line(
            name=event.name,
            severity=event.severity,
            count=1,
            first_us=recorded.time,
            last_us=recorded.time,
            thing=event.thing,
            message=event.message,
        )
    )
    del state.lines[:-LINES_KEPT]


def _message(state: Messages, event: system.MessagePosted, recorded: Recorded) -> None:
    state.posted.append(Posted(recorded.time, event.text))
    del state.posted[:-LINES_KEPT]


PROJECTION = Projection(
    name="messages",
    state=Messages,
    evolve={monitor.ViolationDetected: _violation, system.MessagePosted: _message},
    sources=(__file__,),
)
