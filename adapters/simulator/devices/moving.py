"""What the simulated devices that move have in common: commands, motion, and telling it as it is or not.

A device has two motions: the true one, and the one that its readings tell. They are the same unless it lies.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Generic, TypeVar

import msgspec

from adapters.simulator.devices.faults import FaultKind, Faults
from adapters.simulator.devices.polling import HEARTBEAT_US, PolledDevice
from tomoe_es.clock import SECOND
from tomoe_es.control.ports import Effects, Recorder, Timers
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import DeviceCommandFailed

ANSWER_US = SECOND // 5
"""A device is read this long after a command."""
TICK_US = SECOND
"""A device is read this often while it moves."""

Motion = TypeVar("Motion")


class Travel(msgspec.Struct, frozen=True):
    """A motion at constant speed along one axis, in the axis's own unit."""

    begun_us: int
    start: float
    goal: float
    speed: float  # unit per second

    def duration_us(self) -> int:
        """How long it takes at the usual speed."""
        return round(abs(self.goal - self.start) / self.speed * SECOND)

    def position(self, worked_us: int) -> float:
        """Where it is after so long at the usual speed."""
        if worked_us >= self.duration_us():
            return self.goal
        return self.start + (self.goal - self.start) * worked_us / self.duration_us()


class MovingDevice(PolledDevice, Generic[Motion]):
    """A device that moves when it is told to; its state is a function of the time since then."""

    def __init__(self, timers: Timers, record: Recorder, faults: Faults, rest: Motion) -> None:
        super().__init__(timers, record, faults)
        self._truth: Motion = rest
        self._told: Motion = rest
        self._command: Recorded | None = None  # the one being carried out
        self._answer_at: int | None = None

    @abstractmethod
    def effects(self) -> Effects:
        """What the device carries out."""

    @abstractmethod
    def _plan(self, command: Event, motion: Motion, now: int) -> Motion:
        """Motion that carries out a command, from where another one has come to."""

    @abstractmethod
    def _stopped(self, motion: Motion, now: int) -> Motion:
        """Standing where a motion has come to."""

    @abstractmethod
    def _begun_and_phases(self, motion: Motion) -> tuple[int, tuple[int, ...]]:
        """When a motion began, and after how many microseconds of work its state changes; ascending."""

    @abstractmethod
    def _read_motion(self, motion: Motion, now: int, *, failed: bool) -> Event:
        """Reading of a device in this motion."""

    def _refusal(self, command: Event, now: int) -> str | None:
        """Why the device can't carry out a command, with the remedy; None when it can."""
        return None

    def carry_out(self, recorded: Recorded) -> None:
        """Begin what an event asks for, or record that it can't be done."""
        self._take_up_faults()
        now = self._timers.now()
        command = recorded.payload
        if self._unreachable:
            refusal: str | None = "the command could not be delivered: check the device's line and power"
        elif "fail" in self._faulty:
            refusal = "the device is in its fault state: look at it on site, then command it again"
        else:
            refusal = self._refusal(command, now)
        if refusal is not None:
            failed = DeviceCommandFailed(device=self.name, command=type(command).__name__, message=refusal)
            self._record([failed], cause=recorded, actor=self.name)
        else:
            self._told = self._plan(command, self._told, now)
            if "lie" not in self._faulty:
                self._truth = self._told
            self._command = recorded
            self._answer_at = now + ANSWER_US
        self._set_alarm()

    def _read(self, now: int) -> Event:
        return self._read_motion(self._told, now, failed="fail" in self._faulty)

    def _cause_of_reading(self, now: int) -> Recorded | None:
        cause = self._command
        if self._answer_at is not None and now >= self._answer_at:
            self._answer_at = None
        if self._answer_at is None and self._next_phase(now) is None:
            self._command = None
        return cause

    def _next_reading(self, now: int) -> int:
        phase = self._next_phase(now)
        if self._answer_at is not None:
            next_reading = self._answer_at
        else:
            next_reading = self._last_read + (HEARTBEAT_US if phase is None else TICK_US)
        if phase is not None:
            next_reading = min(next_reading, phase)
        return max(next_reading, now + 1)

    def _next_phase(self, now: int) -> int | None:
        begun, phases = self._begun_and_phases(self._told)
        worked = self._worked(begun, now)
        for phase in phases:
            if phase > worked:
                return self._faults.done_at(self.name, begun, phase)
        return None

    def _faults_changed(self, begun: frozenset[FaultKind], ended: frozenset[FaultKind], now: int) -> None:
        if "fail" in begun:
            self._truth = self._stopped(self._truth, now)
            self._told = self._stopped(self._told, now)
            self._command = self._answer_at = None
        if "lie" in ended and self._told != self._truth:
            self._told = self._truth
            self._command = self._answer_at = None

    def _worked(self, begun_us: int, now: int) -> int:
        return self._faults.worked_us(self.name, begun_us, now)

    def _place(self, travel: Travel, now: int) -> float:
        return travel.position(self._worked(travel.begun_us, now))
