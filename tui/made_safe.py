"""What guardian or emergency did for the telescope of a night that died, as long as it still holds.

What they said holds until somebody told something to open or move again, or a later reading says otherwise:
what the sensors said last decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from adapters.untold import Untold
from tomoe_es.control import hardware
from tomoe_es.control.hardware import WRONG_CLOCK, Hardware
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.safety import MakingSafeBegun, MakingSafeOverdue, TelescopeMadeSafe
from tomoe_es.events.system import ProcessStarted
from tomoe_es.events.telescope import DomeSlitCommanded, MirrorCoverCommanded, MountSlewCommanded
from tomoe_es.log.port import EventLog
from tomoe_es.safety.making_safe import SAFE_STATES, STANDS
from tomoe_es.safety.silence import EXECUTOR

_SAID = ("ProcessStarted", "MakingSafeBegun", "TelescopeMadeSafe", "MakingSafeOverdue")
_LOCK = ("TelescopeLockSet", "TelescopeLockReleased")
_SINCE = (
    *("DomeSlitRead", "MirrorCoverRead", "MountRead"),
    *("DomeSlitCommanded", "MirrorCoverCommanded", "MountSlewCommanded"),
)


class MadeSafe(msgspec.Struct, frozen=True):
    """What was said last of making it safe, empty when nothing that still holds; and what is not safe."""

    said: str = ""
    not_safe: tuple[str, ...] = ()


def made_safe(log: EventLog | None, untold: Iterable[Untold]) -> MadeSafe:
    """What was done since the night's process began, by the log and by what it was not told yet.

    None: a log that can't be opened, so that only what it was not told is known.
    """
    waiting = [_recorded(each) for each in untold]
    claim: Recorded | None = None
    rest = list[Recorded]()  # of what waits, after the claim
    for recorded in chain(_read(log, _SAID), waiting):
        match recorded.payload:
            case ProcessStarted(process=process):
                claim = None if process == EXECUTOR else claim
            case MakingSafeBegun() | TelescopeMadeSafe() | MakingSafeOverdue():
                claim, rest = recorded, []
            case _:
                rest.append(recorded)
    if claim is None:
        return MadeSafe()
    after = _read(log, _SINCE, claim.position) if claim.position else ()
    not_safe = tuple(_undone(claim, chain(_read(log, _LOCK), after, rest)))
    return MadeSafe("" if not_safe else _says(claim.payload), not_safe)


def _read(log: EventLog | None, types: tuple[str, ...], after: int = 0) -> Iterable[Recorded]:
    return log.read(after=after, types=types) if log is not None else ()


def _says(claim: Event) -> str:
    match claim:
        case MakingSafeBegun():
            return f"the {claim.by} makes it safe: {', '.join(claim.reasons)}"
        case MakingSafeOverdue():
            return f"NOT SAFE, says the {claim.by}: {'; '.join(claim.not_safe)}"
        case TelescopeMadeSafe():
            return f"made safe by the {claim.by}: the sensors say so"
        case _:
            raise AssertionError(f"{claim} says nothing of making safe")


def _undone(claim: Recorded, events: Iterable[Recorded]) -> Iterator[str]:
    """Each device that was told to open or move since, or read so after it was said to be safe."""
    seen, told = Hardware(), dict[str, int]()
    for recorded in events:
        event = recorded.payload
        if type(event) in hardware.EVENT_TYPES:
            late = type(event) in hardware.READINGS and 0 < claim.time - recorded.time <= WRONG_CLOCK
            seen = seen if late else hardware.evolve(seen, recorded)
        elif isinstance(event, MountSlewCommanded) or (
            isinstance(event, DomeSlitCommanded | MirrorCoverCommanded) and event.action == "open"
        ):
            told[recorded.stream] = recorded.time
    for device, safe in SAFE_STATES.items():
        reading = getattr(seen, device)
        if device in told and not seen.answered(device, told[device]):
            yield f"{device} was told to open or move"
        elif reading is None or not (device in told or isinstance(claim.payload, TelescopeMadeSafe)):
            continue  # on its way to be safe
        elif reading.state not in (STANDS if device == "mount" and seen.locked else (safe,)):
            yield f"{device} {reading.state}"


def _recorded(untold: Untold) -> Recorded:
    """As the log will hold it; what waits comes after all that the log holds, so it has no position."""
    return Recorded(0, untold.event.stream(), 0, untold.time_us, 0, 0, 0, untold.actor, untold.event)
