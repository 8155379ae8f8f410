"""The telescope as the night sees it: devices that carry out events, and whose readings are recorded.

The telescope's time follows the night's: at the time of the next reading the night lets time pass up to it.
So a night is the same whether its telescope is in its own process or in another. Where somebody else has let
time pass meanwhile, the night's clock moves forward to the telescope's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol, get_args

from adapters.simulator.devices.faults import Faults
from adapters.simulator.script import load_script
from adapters.simulator.true_state import TrueState
from adapters.simulator.weather import Weather
from adapters.telescope_line import messages
from adapters.telescope_line.line import Line
from adapters.telescope_line.messages import FASTEST, Happening, Reply
from tomoe_es.control.hardware import Hardware
from tomoe_es.control.ports import Effects, Timers
from tomoe_es.events import Event, telescope
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.safety import MadeSafeBy
from tomoe_es.events.system import NightPlanned

MADE_SAFE_BY = get_args(MadeSafeBy)
_COMMANDS = (
    telescope.MountSlewCommanded,
    telescope.MountParkCommanded,
    telescope.MountStopCommanded,
    telescope.DomeSlitCommanded,
    telescope.DomeRotationCommanded,
    telescope.DomeRotationStopCommanded,
    telescope.MirrorCoverCommanded,
    telescope.FocusCommanded,
    telescope.FocusStopCommanded,
)


class NightTimers(Timers, Protocol):
    """The night's clock, which can also be moved forward."""

    def skip_to(self, time_us: int) -> None:
        """Show at least this time from now on; alarms that are passed over ring late."""


class IdempotentRecorder(Protocol):
    """Takes events into the log; those of a command id only once."""

    def __call__(
        self,
        events: Sequence[Event],
        *,
        cause: Recorded | Sequence[Recorded] | None,
        actor: str,
        command_id: str | None = None,
    ) -> list[Recorded]:
        """As `tomoe_es.control.conductor.Conductor.record`."""


class RemoteTelescope:
    """The telescope over a line, with the surface of `adapters.simulator.telescope.SimulatedTelescope`."""

    def __init__(
        self, timers: NightTimers, record: IdempotentRecorder, line: Line, plan: NightPlanned, speed: float
    ) -> None:
        self._timers, self._record, self._line, self._plan = timers, record, line, plan
        self._speed = min(speed, FASTEST)
        script = load_script(plan.script, plan.night)
        self.faults = Faults(script.faults)  # the camera's, which is not over there
        self._weather = Weather(script.weather, plan.night, plan.seed)
        self._newest: dict[str, Recorded] = {}  # by device: its newest command
        self._news: deque[tuple[Happening, Recorded | None]] = deque()  # with the command it belongs to
        self._recording = False
        self._next_us: int | None = None
        self._time_us = 0
        self._alarm: int | None = None

    def effects(self) -> Effects:
        """What goes over the line."""
        return {
            **dict.fromkeys(_COMMANDS, self._command),
            telescope.TelescopeLockSet: self._lock,
            telescope.TelescopeLockReleased: self._lock,
        }

    def start(self, last: Hardware, position: int = 0) -> None:
        """Have every device read; in a new process they stand where their last readings left them.

        `position` is that of the newest event of the log which `last` holds.
        """
        plan, now_us = self._plan, self._timers.now()
        self._ask(messages.Begin(plan.night, plan.seed, plan.script, self._speed, now_us, last, position))

    def look(self) -> None:
        """Let the telescope's time pass up to now, and take in what has happened: also what others did."""
        self._ask(messages.Advance(self._timers.now()))

    def truth(self) -> TrueState:
        """What is true now (`adapters.simulator.true_state.TrueSky`)."""
        truth = self._ask(messages.Truth(self._timers.now())).truth
        assert truth is not None, "the reply to this request holds it"
        return truth

    def transparency(self, time_us: int) -> float:
        """Part of the starlight that comes through the clouds at a time."""
        return self._weather.transparency(time_us)

    def _command(self, recorded: Recorded) -> None:
        if recorded.actor in MADE_SAFE_BY:
            return  # it was carried out over that one's own connection
        self._newest[recorded.stream] = recorded
        self._ask(messages.Command(recorded.payload, recorded.position, self._timers.now()))

    def _lock(self, recorded: Recorded) -> None:
        event = recorded.payload
        assert isinstance(event, telescope.TelescopeLockSet | telescope.TelescopeLockReleased)
        locked = isinstance(event, telescope.TelescopeLockSet)
        self._ask(messages.Lock(locked, event.who, event.why, recorded.position))

    def _ask(self, request: messages.AnyRequest) -> Reply:
        reply = self._line.ask(request)
        self._next_us, self._time_us = reply.next_us, reply.now_us
        self._news.extend((each, self._cause(each)) for each in reply.happened)
        if not self._recording:
            self._record_news()
        return reply

    def _record_news(self) -> None:
        """Record what has happened, in this order; what is asked for meanwhile only adds to it."""
        self._recording = True
        try:
            while self._news:
                happening, cause = self._news.popleft()
                self._timers.skip_to(happening.at_us)
                self._record(
                    [happening.event],
                    cause=cause,
                    actor=happening.actor,
                    command_id=happening.command_id or None,
                )
        finally:
            self._recording = False
        self._timers.skip_to(self._time_us)
        self._set_alarm()

    def _cause(self, happening: Happening) -> Recorded | None:
        newest = self._newest.get(happening.event.stream())
        return newest if newest is not None and newest.position == happening.cause else None

    def _set_alarm(self) -> None:
        when = self._next_us
        if when is not None and when != self._alarm:
            self._alarm = when
            self._timers.call_at(when, self._ring(when))

    def _ring(self, when: int) -> Callable[[], None]:
        def ring() -> None:
            if when == self._alarm:  # else another time was asked for since
                self._alarm = None
                self.look()

        return ring
