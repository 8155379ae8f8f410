"""The simulated power supply: mains, and a battery that lasts ten minutes (ours). It takes no commands."""

from __future__ import annotations

from adapters.simulator.devices.faults import FaultKind, Faults
from adapters.simulator.devices.polling import HEARTBEAT_US, PolledDevice
from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.control.ports import Recorder, Timers
from tomoe_es.events.telescope import PowerRead

BATTERY_LASTS_US = 10 * MINUTE
FAILING_BELOW_PERCENT = 80.0
"""Below this the battery is kept for closing: 2 minutes after the mains went."""
ON_BATTERY_READING_US = 10 * SECOND


class PowerSupply(PolledDevice):
    """Failed, the mains are gone; lying, it tells of mains while they are. Charging takes no time."""

    name = "power"

    def __init__(self, timers: Timers, record: Recorder, faults: Faults) -> None:
        super().__init__(timers, record, faults)
        self._mains_gone_us: int | None = None

    def start(self, *, unreachable: bool = False) -> None:
        """Begin to give readings."""
        self._start(unreachable=unreachable)

    def _faults_changed(self, begun: frozenset[FaultKind], ended: frozenset[FaultKind], now: int) -> None:
        if "fail" in begun:
            self._mains_gone_us = now
        elif "fail" in ended:
            self._mains_gone_us = None

    def _read(self, now: int) -> PowerRead:
        if self._mains_gone_us is None or "lie" in self._faulty:
            return PowerRead(state="mains", battery_percent=100.0)
        left = round(max(0.0, 100.0 * (1.0 - (now - self._mains_gone_us) / BATTERY_LASTS_US)), 1)
        return PowerRead(
            state="battery" if left >= FAILING_BELOW_PERCENT else "failing", battery_percent=left
        )

    def _next_reading(self, now: int) -> int:
        pause = HEARTBEAT_US if self._mains_gone_us is None else ON_BATTERY_READING_US
        return max(now + 1, self._last_read + round(pause * self._faults.slowness(self.name, now)))
