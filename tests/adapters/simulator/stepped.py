"""The conductor on a clock that runs by hand, over a log in memory."""

from __future__ import annotations

from collections.abc import Callable

from adapters.simulator.devices.faults import Fault, FaultKind, Faults
from adapters.telescope_line.held_clock import HeldClock
from tests.projections.memory_log import MemoryLog
from tomoe_es.clock import SECOND
from tomoe_es.control import evolution
from tomoe_es.control import state as control_state
from tomoe_es.control.conductor import Conductor
from tomoe_es.control.decider import Fold
from tomoe_es.control.state import Control
from tomoe_es.events import Event
from tomoe_es.events.camera import ExposureRequested
from tomoe_es.events.envelope import Recorded

START_US = 1_702_378_800 * SECOND  # 2023-12-12 20:00 JST


class SteppedTimers(HeldClock):
    """A clock with alarms that stands still until it is told to go on."""

    def __init__(self, now: int = START_US) -> None:
        super().__init__(now)

    def call_when_ready(self, time_us: int, ready: Callable[[], bool], action: Callable[[], None]) -> None:
        """As a loop does it: asks first; what is not ready then is waited for by the action itself."""

        def ring() -> None:
            ready()
            action()

        self.call_at(time_us, ring)

    def run_until(self, time_us: int) -> None:
        """Let all alarms ring that are due up to a time, that time included."""
        while (due := self.next_alarm()) is not None and due <= time_us:
            self.ring()
        self.go_to(time_us)


class Line:
    """A log in memory, the conductor and the state of control; times are seconds from the beginning."""

    def __init__(self, log: MemoryLog | None = None, now: int = START_US) -> None:
        self.log = log or MemoryLog()
        self.timers = SteppedTimers(now)
        self.faults = Faults()
        self.conductor = Conductor(self.log, self.timers)
        self.control = Fold(control_state.initial(), evolution.evolve, evolution.EVENT_TYPES)
        self.conductor.add_fold(self.control)
        self.conductor.catch_up()

    def restarted(self) -> Line:
        """The line of the next process, after this one was killed."""
        return Line(self.log, self.timers.now())

    @property
    def state(self) -> Control:
        assert isinstance(self.control.state, Control)
        return self.control.state

    def record(self, *events: Event) -> Recorded:
        return self.conductor.record(events, actor="test")[0]

    def run_until(self, seconds: float) -> None:
        self.timers.run_until(START_US + round(seconds * SECOND))

    def fault(self, kind: FaultKind, begin: float, end: float, factor: float = 1.0) -> None:
        """Give the camera a fault from one time to another."""
        begin_us, end_us = (START_US + round(each * SECOND) for each in (begin, end))
        self.faults.begin(Fault(device="camera", kind=kind, from_us=begin_us, to_us=end_us, factor=factor))

    def of(self, *types: type[Event]) -> list[Recorded]:
        return [each for each in self.log.events if isinstance(each.payload, types)]

    def times(self, *types: type[Event]) -> list[float]:
        return [(each.time - START_US) / SECOND for each in self.of(*types)]

    def payloads(self, *types: type[Event]) -> list[Event]:
        return [each.payload for each in self.of(*types)]


def exposure_request(number: int, *, frames: int = 18, exposure_seconds: float = 0.5) -> ExposureRequested:
    """Request of a survey exposure."""
    return ExposureRequested(
        exposure_number=number,
        recipe_id="0f6b3e0c-6a52-5a57-9f5b-6d1f3f7f3f10",
        name=f"J0000+0000_dith{number}",
        data_type="OBJECT",
        gain="high",
        exposure_seconds=exposure_seconds,
        frames=frames,
        pipeline=["wcs", "stack"],
        observer="somebody",
        project="survey",
        lane="default",
        ra_deg=0.0,
        dec_deg=0.0,
        night="2023-12-12",
    )
