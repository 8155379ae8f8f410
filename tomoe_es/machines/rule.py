"""How rules and deadlines are declared: invariants over several things, and "after A, B within T"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.declaration import Severity
from tomoe_es.machines.judging.known import Known


class Departing(msgspec.Struct, frozen=True):
    """What a rule finds to depart from normal."""

    message: str
    evidence: tuple[int, ...] = ()  # positions of events that show it, besides the one that is judged
    grace_seconds: float = 0.0  # it counts only if it has held for so long
    order: int = 0  # position of the order that is not obeyed: the grace begins anew with another one
    due: int = 0  # or: it counts only after this time (UTC microseconds); until then all is normal
    thing: str = ""  # where the rule's own does not fit


class Norm(msgspec.Struct, frozen=True, kw_only=True):
    """What rules and deadlines have in common; `name` is that of the violation."""

    name: str
    severity: Severity
    meaning: str
    remedy: str
    acknowledge: bool = False  # a person must acknowledge it, as with everything critical
    lasts: bool = True  # it lasts until normal holds again; False: it is over as soon as it has happened

    @property
    def needs_acknowledgement(self) -> bool:
        """Whether a person must acknowledge it; else it clears by itself."""
        return self.acknowledge or self.severity == "critical"


class Rule(Norm, frozen=True, kw_only=True):
    """Judged at every event that it reads, whether or not that changes anything.

    `judge(known, recorded)` tells what departs from normal after the event; None: nothing.
    """

    thing: str  # such as "dome_slit", or by the event "storage/{0.storage}", "{1.stream}"
    reads: tuple[type[Event], ...]
    judge: Callable[[Known, Recorded], Departing | None]
    late_readings: bool = False  # reads also those that come after a newer one of their device


class Mark(msgspec.Struct, frozen=True):
    """Events that begin or end a deadline."""

    event: type[Event]
    fits: Callable[[Any], bool] | None = None  # which of them; None: all


class Deadline(Norm, frozen=True, kw_only=True):
    """After one of `begins`, one of `ends` for the same thing, within a time."""

    thing: str  # such as "dome_slit", or by the value of the field `about` "exposure/{:08d}"
    about: str = ""  # field of the events that tells the thing; "": there is only one
    begins: tuple[Mark, ...]
    ends: tuple[Mark, ...]
    within_seconds: float | None = None  # or else a time by `due_us`
    due_us: Callable[[Recorded, Known], int] | None = None  # that follows from its beginning
    puts_off: bool = True  # beginning again begins anew; False: the first one counts until it has ended
    forgets: tuple[Mark, ...] = ()  # no longer waits, though nothing has come; what was told stays open
    expected: str  # what should have come, for people

    @property
    def reads(self) -> tuple[type[Event], ...]:
        """Event types that begin or end it, or make it forgotten."""
        return tuple(dict.fromkeys(mark.event for mark in (*self.begins, *self.ends, *self.forgets)))
