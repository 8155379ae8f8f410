"""Alarms: what departed from normal and is still open, bursts of equal ones on one line, muted names.

A violation is open until it clears by itself, or, when it says that it needs one, until a person acknowledges
it. Acknowledging closes any; a burst is open while one of its violations is. Equal failures of many chips
(rejected, not reduced, lost) are read the same way, as lines that are never open.
"""

from __future__ import annotations

import msgspec

from projections.overview_model import AlarmLine, MutedAlarm
from projections.projection import Evolve, Projection
from tomoe_es.clock import SECOND
from tomoe_es.events import Event, monitor, reduction, transfer
from tomoe_es.events.envelope import Recorded

LINES_KEPT = 100
"""Lines with nothing open that are kept, the newest; open ones are all kept."""
BURST_SECONDS = 60.0
"""A violation so soon after the last one of its name is part of the same burst."""
LOUDNESS: dict[str, int] = {"notice": 0, "warning": 1, "serious": 2, "critical": 3}


class OpenViolation(msgspec.Struct, array_like=True):
    """One violation of a burst that is not over."""

    thing: str
    needs_acknowledgement: bool
    cleared_us: int = 0  # over by itself, but wants to be acknowledged


class Burst(msgspec.Struct, kw_only=True):
    """A violation or a burst of one name; thing, message and evidence are the newest."""

    name: str
    kind: str
    severity: str  # the loudest of the burst
    count: int = 0
    first_us: int
    last_us: int = 0
    first_position: int
    last_position: int = 0
    thing: str = ""
    message: str = ""
    evidence: list[int] = []
    chain: list[int] = []
    needs_acknowledgement: bool = False
    open: dict[int, OpenViolation] = {}  # by position of the ViolationDetected
    cleared: int = 0
    acknowledged_by: str = ""  # the newest acknowledgement
    acknowledged_why: str = ""
    acknowledged_us: int = 0
    acknowledged_said_us: int = 0  # by the real clock

    def line(self, muted: Muted | None) -> AlarmLine:
        """What the screens show."""
        return AlarmLine(
            name=self.name,
            kind=self.kind,
            severity=self.severity,
            count=self.count,
            open=len(self.open),
            first_us=self.first_us,
            last_us=self.last_us,
            position=self.last_position,
            thing=self.thing,
            message=self.message,
            evidence=tuple(self.evidence),
            chain=tuple(self.chain),
            needs_acknowledgement=any(each.needs_acknowledgement for each in self.open.values()),
            cleared=self.cleared,
            muted_until_us=muted.until_us if muted else 0,
            acknowledged_by=self.acknowledged_by,
            acknowledged_why=self.acknowledged_why,
            acknowledged_us=self.acknowledged_us,
            acknowledged_said_us=self.acknowledged_said_us,
        )


class Muted(msgspec.Struct):
    """A name that is not announced for a while."""

    until_us: int
    who: str
    why: str


class Alarms(msgspec.Struct):
    """Bursts in the order in which they began, and how many violations there were in all."""

    bursts: list[Burst] = []
    violations: int = 0
    muted: dict[str, Muted] = {}

    def lines(self, now_us: int) -> list[AlarmLine]:
        """Open ones first, the loudest of them on top; then the others; within these, the newest first."""
        muted = self._muted_at(now_us)
        lines = [burst.line(muted.get(burst.name)) for burst in self.bursts]
        return sorted(
            lines,
            key=lambda line: (
                -(LOUDNESS.get(line.severity, len(LOUDNESS)) + 1) if line.open else 0,
                -line.last_us,
                -line.position,
            ),
        )

    def muted_names(self, now_us: int) -> tuple[MutedAlarm, ...]:
        """Names that are muted at a time."""
        return tuple(
            MutedAlarm(name=name, until_us=each.until_us, who=each.who, why=each.why)
            for name, each in sorted(self._muted_at(now_us).items())
        )

    def open_positions(self, name: str) -> list[int]:
        """Positions of the open violations of one name."""
        return [position for burst in self.bursts if burst.name == name for position in burst.open]

    def _muted_at(self, now_us: int) -> dict[str, Muted]:
        return {name: each for name, each in self.muted.items() if each.until_us > now_us}


def _violated(state: Alarms, event: monitor.ViolationDetected, recorded: Recorded) -> None:
    state.violations += 1
    burst = _noticed(
        state, recorded, event.name, "violation", event.severity, thing=event.thing, message=event.message
    )
    burst.evidence, burst.chain = event.evidence, event.chain
    burst.open[recorded.position] = OpenViolation(event.thing, event.needs_acknowledgement)


def _noticed(
    state: Alarms, recorded: Recorded, name: str, kind: str, severity: str, *, thing: str, message: str
) -> Burst:
    """The burst that this belongs to, with this in it."""
    newest = next((each for each in reversed(state.bursts) if each.name == name), None)
    if newest is None or recorded.time - newest.last_us > BURST_SECONDS * SECOND:
        newest = Burst(
            name=name,
            kind=kind,
            severity=severity,
            first_us=recorded.time,
            first_position=recorded.position,
        )
        state.bursts.append(newest)
        _forget(state)
    newest.count += 1
    newest.last_us, newest.last_position = recorded.time, recorded.position
    newest.thing, newest.message = thing, message
    newest.severity = max(
        newest.severity, severity, key=lambda each: LOUDNESS.get(each, len(LOUDNESS))
    )  # the loudest
    return newest


def _forget(state: Alarms) -> None:
    """Let the oldest line go that has nothing open."""
    over = [each for each in state.bursts[:-1] if not each.open]
    for each in over[: max(len(over) - LINES_KEPT + 1, 0)]:
        state.bursts.remove(each)


def _burst_with(state: Alarms, position: int) -> Burst | None:
    return next((each for each in reversed(state.bursts) if position in each.open), None)


def _cleared(state: Alarms, event: monitor.ViolationCleared, recorded: Recorded) -> None:
    burst = _burst_with(state, event.detected)
    if burst is None or burst.open[event.detected].cleared_us:
        return
    burst.cleared += 1
    if burst.open[event.detected].needs_acknowledgement:
        burst.open[event.detected].cleared_us = recorded.time
    else:
        del burst.open[event.detected]


def _acknowledged(state: Alarms, event: monitor.ViolationAcknowledged, recorded: Recorded) -> None:
    burst = _burst_with(state, event.detected)
    if burst is None:
        return
    del burst.open[event.detected]
    burst.acknowledged_by, burst.acknowledged_why = event.who, event.why
    burst.acknowledged_us, burst.acknowledged_said_us = recorded.time, event.said_us


def _muted(state: Alarms, event: monitor.AlarmMuted, _: Recorded) -> None:
    state.muted[event.name] = Muted(event.until_us, event.who, event.why)


def _unmuted(state: Alarms, event: monitor.AlarmUnmuted, _: Recorded) -> None:
    state.muted.pop(event.name, None)


def _rejected(state: Alarms, event: reduction.ProductRejected, recorded: Recorded) -> None:
    reasons = ", ".join(event.reasons)
    message = f"{event.kind} not archived: {reasons}"
    name = f"ProductRejected ({reasons})"
    _noticed(state, recorded, name, "rejected", "notice", thing=event.frame_id, message=message)


def _unsolved(state: Alarms, event: reduction.FieldsUnsolved, recorded: Recorded) -> None:
    severity = "notice" if event.cause in ("clouds", "few stars") else "warning"
    message = f"{len(event.frame_ids)} of {event.chips} chips without astrometric solution: {event.reason}"
    thing = f"exposure {event.exposure_number}"
    _noticed(
        state, recorded, f"FieldsUnsolved ({event.cause})", "unsolved", severity, thing=thing, message=message
    )


def _not_reduced(state: Alarms, event: reduction.ReductionFailed, recorded: Recorded) -> None:
    name = f"ReductionFailed ({event.condition})"
    severity = "warning" if event.given_up else "notice"
    _noticed(state, recorded, name, "failed", severity, thing=event.frame_id, message=event.message)


def _lost(state: Alarms, event: transfer.ChipCubeLost, recorded: Recorded) -> None:
    name = f"ChipCubeLost ({event.condition})"
    _noticed(state, recorded, name, "lost", "warning", thing=event.frame_id, message=event.message)


def trouble_with_chips(recorded: Recorded) -> AlarmLine | None:
    """The line of one event that tells of chips rejected, unsolved, not reduced or lost; None: of no such."""
    evolve = _OF_CHIPS.get(type(recorded.payload))
    if evolve is None:
        return None
    state = Alarms()
    evolve(state, recorded.payload, recorded)
    return state.bursts[0].line(None)


_OF_CHIPS: dict[type[Event], Evolve] = {
    reduction.ProductRejected: _rejected,
    reduction.FieldsUnsolved: _unsolved,
    reduction.ReductionFailed: _not_reduced,
    transfer.ChipCubeLost: _lost,
}
TROUBLES_WITH_CHIPS = tuple(each.__name__ for each in _OF_CHIPS)
"""Event types of alarms that nobody needs to acknowledge."""
PROJECTION = Projection(
    name="alarms",
    state=Alarms,
    evolve={
        monitor.ViolationDetected: _violated,
        monitor.ViolationCleared: _cleared,
        monitor.ViolationAcknowledged: _acknowledged,
        monitor.AlarmMuted: _muted,
        monitor.AlarmUnmuted: _unmuted,
        **_OF_CHIPS,
    },
    sources=(__file__,),
)
