"""What control needs from outside: time with alarms, and adapters that carry out what events ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from tomoe_es.clock import Clock
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded


class Timers(Clock, Protocol):
    """A clock that calls back; everything on it runs one after the other, never at once."""

    def call_at(self, time_us: int, action: Callable[[], None]) -> None:
        """Run an action when the clock shows `time_us`, or at once when that is past."""


class HoldingTimers(Timers, Protocol):
    """Timers whose clock can be held, for what takes longer here than at the observatory."""

    def call_when_ready(self, time_us: int, ready: Callable[[], bool], action: Callable[[], None]) -> None:
        """As `call_at`; at that time the clock stands still until it is ready. `ready` must not block."""


class Recorder(Protocol):
    """Takes events of an adapter into the log."""

    def __call__(
        self, events: Sequence[Event], *, cause: Recorded | Sequence[Recorded] | None, actor: str
    ) -> list[Recorded]:
        """Append the events, all or none, and let everything react to them; a cause for all or for each."""


Effect = Callable[[Recorded], None]
"""Carries out what an event asks for; must not block. Its results are again events."""

Effects = Mapping[type[Event], Effect]
