"""What the monitor remembers: where every thing is, what is known, and which departures last."""

from __future__ import annotations

import msgspec

from tomoe_es.events.monitor import Severity, ViolationCleared, ViolationDetected
from tomoe_es.machines.judging import causes
from tomoe_es.machines.judging.causes import Causes
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing

Instance = str | int
"""Recipe id, frame id, exposure number or night; "" for the only one."""

Found = ViolationDetected | ViolationCleared


class Instances(msgspec.Struct):
    """State of each instance of one machine, and position of its last event; a single one has the key ""."""

    at: dict[Instance, tuple[str, int]] = {}
    faulty: dict[Instance, str] = {}  # name of the lasting departure that put it where it is


class Waiting(msgspec.Struct, frozen=True):
    """A departure that counts if nothing has changed after `due`."""

    due: int
    position: int  # of the event that showed it
    departing: Departing


class Judged(msgspec.Struct):
    """Everything that judging the next event needs."""

    machines: dict[str, Instances]  # by name of the machine
    known: Known = msgspec.field(default_factory=Known)
    causes: Causes = msgspec.field(default_factory=Causes)
    told: dict[str, dict[str, int]] = {}  # lasting departures: name, thing, position of ViolationDetected
    waiting: dict[str, dict[str, Waiting]] = {}  # rules whose departure does not count yet: name, thing
    running: dict[str, dict[Instance, tuple[int, int]]] = {}  # deadlines: due time, position that began it
    quiet_until: int = 0  # up to this time nothing that waits or runs is due, and no event is ahead


def tell(
    state: Judged,
    found: list[Found],
    *,
    name: str,
    thing: str,
    severity: Severity,
    message: str,
    evidence: list[int],
    lasts: bool,
    needs_acknowledgement: bool,
) -> None:
    """Find a departure, unless it lasts and was told already."""
    if lasts:
        things = state.told.setdefault(name, {})
        if thing in things:
            return
        things[thing] = 0
    violation = ViolationDetected(
        name=name,
        thing=thing,
        severity=severity,
        message=message,
        evidence=evidence,
        chain=causes.chain(state.causes, evidence),
        needs_acknowledgement=needs_acknowledgement,
    )
    found.append(violation)


def end(state: Judged, found: list[Found], *, name: str, thing: str, message: str) -> None:
    """A departure that lasted is over; whether its alarm stays open until acknowledged, readers decide."""
    things = state.told.get(name)
    if things is None or thing not in things:
        return
    detected = things.pop(thing)
    if not things:
        del state.told[name]
    found.append(ViolationCleared(name=name, thing=thing, detected=detected, message=message))
