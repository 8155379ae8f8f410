"""How a simulated device is read: when, and what of it arrives while its line or its sensor is at fault."""

from __future__ import annotations

from abc import ABC, abstractmethod

from adapters.simulator.devices.faults import FaultKind, Faults
from tomoe_es.clock import SECOND
from tomoe_es.control.ports import Recorder, Timers
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import DeviceReached, DeviceUnreachable

HEARTBEAT_US = 30 * SECOND
"""A device is read at least this often."""


class PolledDevice(ABC):
    """A device that is read on alarms; all of it runs on the thread of the loop.

    A dropped line and frozen readings are the same for every device, and are dealt with here.
    """

    name: str
    """As in `tomoe_es.control.hardware.DEVICES`; also the actor of its readings."""

    def __init__(self, timers: Timers, record: Recorder, faults: Faults) -> None:
        self._timers = timers
        self._record = record
        self._faults = faults
        self._faulty: frozenset[FaultKind] = frozenset()
        self._frozen: Event | None = None
        self._unreachable = False
        self._last_read = 0
        self._alarm: int | None = None

    @abstractmethod
    def _read(self, now: int) -> Event:
        """What the device would say of itself now."""

    @abstractmethod
    def _next_reading(self, now: int) -> int | None:
        """When to read next, after now; None when the device has fallen silent."""

    def _cause_of_reading(self, now: int) -> Recorded | None:
        """Command that a reading taken now belongs to."""
        return None

    @abstractmethod
    def _faults_changed(self, begun: frozenset[FaultKind], ended: frozenset[FaultKind], now: int) -> None:
        """Let the faults take effect that are not the same for every device."""

    def _start(self, *, unreachable: bool) -> None:
        self._unreachable = unreachable
        self._faults.watch(self.name, self._look)
        self._look()

    def read_now(self) -> None:
        """Read once more, at once; that the device does not answer is told again too."""
        self._look()
        if self._unreachable:
            self._record([self._cut_off()], cause=None, actor=self.name)

    def _look(self) -> None:
        """Take up faults, read, and set the next alarm."""
        self._take_up_faults()
        now = self._timers.now()
        if not self._unreachable and not self._silent():
            self._last_read = now
            reading = self._frozen if self._frozen is not None else self._read(now)
            self._record([reading], cause=self._cause_of_reading(now), actor=self.name)
        self._set_alarm()

    def _silent(self) -> bool:
        """Tell whether the device gives no readings although it is connected."""
        return False

    def _take_up_faults(self) -> None:
        now = self._timers.now()
        faulty = self._faults.active(self.name, now)
        begun, ended = faulty - self._faulty, self._faulty - faulty
        if "freeze" in begun:
            self._frozen = self._read(now)
        elif "freeze" in ended:
            self._frozen = None
        self._faulty = faulty
        if begun or ended:
            self._faults_changed(begun, ended, now)
        if ("drop" in faulty) != self._unreachable:
            self._unreachable = "drop" in faulty
            change: Event = DeviceReached(device=self.name)
            if self._unreachable:
                change = self._cut_off()
            self._record([change], cause=None, actor=self.name)

    def _cut_off(self) -> DeviceUnreachable:
        return DeviceUnreachable(
            device=self.name, message="the connection was lost: check the device's line and power"
        )

    def _set_alarm(self) -> None:
        now = self._timers.now()
        times = [self._faults.next_change(self.name, now)]
        if not self._unreachable:
            times.append(self._next_reading(now))
        when = min((time for time in times if time is not None), default=None)
        if when != self._alarm:
            self._alarm = when
            if when is not None:
                self._timers.call_at(when, lambda: self._ring(when))

    def _ring(self, when: int) -> None:
        if when == self._alarm:  # else another time was asked for since
            self._alarm = None
            self._look()
