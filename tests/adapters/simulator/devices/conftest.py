"""A bench for one simulated device: a clock that runs by hand, and a list that takes what it records."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence

import pytest

from adapters.simulator.devices.faults import Fault, FaultKind, Faults
from tomoe_es.clock import SECOND
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import DeviceUnreachable

START_US = 1_702_378_800 * SECOND  # 2023-12-12 20:00 JST


class Bench:
    """Timers, recorder and faults for one device; times are seconds from the beginning."""

    def __init__(self) -> None:
        self.recorded: list[Recorded] = []
        self.faults = Faults()
        self._now = START_US
        self._alarms: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def now(self) -> int:
        return self._now

    def call_at(self, time_us: int, action: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._alarms, (max(time_us, self._now), self._count, action))

    def record(self, events: Sequence[Event], *, cause: Recorded | None, actor: str) -> list[Recorded]:
        new = [
            Recorded(
                position=len(self.recorded) + number,
                stream=event.stream(),
                version=len(self.recorded) + number,
                time=self._now,
                correlation=0,
                cause=cause.position if cause else 0,
                code=0,
                actor=actor,
                payload=event,
            )
            for number, event in enumerate(events, start=1)
        ]
        self.recorded.extend(new)
        return new

    def run_until(self, seconds: float) -> None:
        """Let all alarms ring that are due up to a time, that time included."""
        until = START_US + round(seconds * SECOND)
        while self._alarms and self._alarms[0][0] <= until:
            due, _, action = heapq.heappop(self._alarms)
            self._now = due
            action()
        self._now = until

    def command(self, device: object, event: Event) -> Recorded:
        """Record a command and have the device carry it out."""
        [recorded] = self.record([event], cause=None, actor="test")
        device.effects()[type(event)](recorded)  # type: ignore[attr-defined]
        return recorded

    def plan_fault(
        self, device: str, kind: FaultKind, begin: float, end: float | None, factor: float = 1.0
    ) -> None:
        """Give a fault from one time to another."""
        self.faults.begin(
            Fault(
                device=device,
                kind=kind,
                from_us=START_US + round(begin * SECOND),
                to_us=None if end is None else START_US + round(end * SECOND),
                factor=factor,
            )
        )

    def seconds(self, recorded: Recorded) -> float:
        return (recorded.time - START_US) / SECOND

    def of(self, *types: type[Event]) -> list[Recorded]:
        return [each for each in self.recorded if isinstance(each.payload, types)]

    def states(self, reading: type[Event]) -> list[tuple[float, str]]:
        """Changes of the state that readings tell: when, and to what."""
        changes: list[tuple[float, str]] = []
        for each in self.of(reading):
            state = each.payload.state  # type: ignore[attr-defined]
            if not changes or changes[-1][1] != state:
                changes.append((self.seconds(each), state))
        return changes

    def reading_times(self, reading: type[Event]) -> list[float]:
        return [self.seconds(each) for each in self.of(reading)]

    def last(self, reading: type[Event]) -> Event:
        return self.of(reading)[-1].payload

    def unreachable_times(self) -> list[float]:
        return [self.seconds(each) for each in self.of(DeviceUnreachable)]


@pytest.fixture
def bench() -> Bench:
    return Bench()
