"""Simulated devices live through the events of a past night, so that they stand as they stood then.

Where a mount was in the middle of a slew no reading tells wholly. So the devices get the commands of the log
at their times, and what they say of it is not recorded again: it is compared with what the log says.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence

from adapters.telescope_line.held_clock import HeldClock
from tomoe_es.control.ports import Effects
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded


class Following:
    """Goes through the recorded events in order, letting the devices' time pass up to each."""

    def __init__(self, clock: HeldClock, devices: Collection[str]) -> None:
        """`devices` are the actors of what the devices say."""
        self._clock, self._devices = clock, devices
        self._to_come: dict[str, deque[Recorded]] = {}
        self._said: set[int] = set()
        self.alike = 0
        self.unlike = 0  # said otherwise than recorded, or not at all

    def record(
        self, events: Sequence[Event], *, cause: Recorded | Sequence[Recorded] | None, actor: str
    ) -> list[Recorded]:
        """What a device says: gives it as it was recorded then."""
        return [self._as_recorded(each, actor) for each in events]

    def go(
        self,
        events: Iterable[Recorded],
        take_in: Callable[[Recorded], None],
        effects: Effects,
        start: Callable[[], None],
    ) -> None:
        """Follow all events. `start` begins the devices, when the first of them says something."""
        recorded = list(events)
        for each in recorded:
            if each.actor in self._devices:
                self._to_come.setdefault(each.actor, deque()).append(each)
        started = False
        for each in recorded:
            if each.actor in self._devices and not started:
                self._clock.go_to(each.time)
                started = True
                start()
            self._let_time_pass(each)
            take_in(each)
            effect = effects.get(type(each.payload))
            if effect is not None:
                effect(each)

    def _let_time_pass(self, recorded: Recorded) -> None:
        """Up to what a device said, until it says so; up to anything else, but not what is due just then."""
        by_device = recorded.actor in self._devices
        while (due := self._clock.next_alarm()) is not None:
            if by_device and (recorded.position in self._said or due > recorded.time):
                break
            if not by_device and due >= recorded.time:
                break
            self._clock.ring()
        self._clock.go_to(recorded.time)
        if by_device and recorded.position not in self._said:
            self.unlike += 1

    def _as_recorded(self, event: Event, actor: str) -> Recorded:
        to_come, now = self._to_come.get(actor, deque()), self._clock.now()
        while to_come and to_come[0].time < now:
            to_come.popleft()  # it was not said
        for index, recorded in enumerate(to_come):
            if recorded.time > now:
                break
            if type(recorded.payload) is type(event):
                del to_come[index]
                self._said.add(recorded.position)
                self.alike += recorded.payload == event
                self.unlike += recorded.payload != event
                return recorded
        self.unlike += 1
        return Recorded(0, event.stream(), 0, now, 0, 0, 0, actor, event)
