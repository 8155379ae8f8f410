"""The system's processes: which run, which have ended, which give no signs of life."""

from __future__ import annotations

import msgspec

from projections.overview_model import ProcessLine, ProcessState
from projections.projection import Projection
from tomoe_es.events import safety, system
from tomoe_es.events.envelope import Recorded


class Process(msgspec.Struct):
    """What was last told of a process of one name."""

    state: ProcessState
    pid: int
    since_us: int
    reason: str = ""


class Processes(msgspec.Struct):
    """By name."""

    known: dict[str, Process] = {}

    def lines(self) -> tuple[ProcessLine, ...]:
        """In the order of their names."""
        return tuple(
            ProcessLine(
                process=name, state=each.state, pid=each.pid, since_us=each.since_us, reason=each.reason
            )
            for name, each in sorted(self.known.items())
        )


def _started(state: Processes, event: system.ProcessStarted, recorded: Recorded) -> None:
    state.known[event.process] = Process("running", event.pid, recorded.time)


def _stopped(state: Processes, event: system.ProcessStopped, recorded: Recorded) -> None:
    known = state.known.get(event.process)
    if known is None or known.pid in (0, event.pid):  # else another one of the name has started since
        state.known[event.process] = Process("stopped", event.pid, recorded.time, event.reason)


def _fell_silent(state: Processes, event: safety.ProcessFellSilent, recorded: Recorded) -> None:
    reason = f"no sign of life for {event.silent_seconds:.0f} s"
    state.known[event.process] = Process("silent", event.pid, recorded.time, reason)


def _heard_again(state: Processes, event: safety.ProcessHeardAgain, recorded: Recorded) -> None:
    state.known[event.process] = Process("running", event.pid, recorded.time)


PROJECTION = Projection(
    name="processes",
    state=Processes,
    evolve={
        system.ProcessStarted: _started,
        system.ProcessStopped: _stopped,
        safety.ProcessFellSilent: _fell_silent,
        safety.ProcessHeardAgain: _heard_again,
    },
    sources=(__file__,),
)
