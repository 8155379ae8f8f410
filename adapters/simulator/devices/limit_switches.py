"""A cover that a motor opens and closes between two limit switches: the dome slit and the mirror cover."""

from __future__ import annotations

from typing import Literal

from adapters.simulator.devices.faults import Faults
from adapters.simulator.devices.moving import MovingDevice, Travel
from tomoe_es.control.ports import Recorder, Timers

CoverState = Literal["closed", "opening", "open", "closing", "stopped", "fault"]
_CLOSED, _OPEN = 0.0, 1.0


class DriveBetweenLimits(MovingDevice[Travel]):
    """Moves from one limit switch to the other in a given time, and turns round on the way when told to.

    Standing between the switches is a fault, unless it was told to stop: it does not know how far open it is.
    """

    def __init__(self, timers: Timers, record: Recorder, faults: Faults, travel_seconds: float) -> None:
        self._speed = 1.0 / travel_seconds
        self._halted = False
        super().__init__(timers, record, faults, Travel(0, _CLOSED, _CLOSED, self._speed))

    def truly_open(self) -> bool:
        """Tell whether it really is fully open, for the simulated light path alone."""
        return self._place(self._truth, self._timers.now()) == _OPEN

    def truly_closed(self) -> bool:
        """Tell whether it really is fully closed, whatever its switches say."""
        return self._place(self._truth, self._timers.now()) == _CLOSED

    def _resume(self, state: CoverState) -> None:
        """Stand where a reading from before a restart had it; a motion under way begins anew."""
        now = self._timers.now()
        start, goal = {
            "closed": (_CLOSED, _CLOSED),
            "opening": (_CLOSED, _OPEN),
            "open": (_OPEN, _OPEN),
            "closing": (_OPEN, _CLOSED),
            "stopped": (0.5, 0.5),
            "fault": (0.5, 0.5),
        }[state]
        self._halted = state == "stopped"
        self._truth = self._told = Travel(now, start, goal, self._speed)

    def _toward(self, action: Literal["open", "close", "stop"], motion: Travel, now: int) -> Travel:
        self._halted = action == "stop"
        if self._halted:
            return self._stopped(motion, now)
        goal = _OPEN if action == "open" else _CLOSED
        return Travel(now, self._place(motion, now), goal, self._speed)

    def _stopped(self, motion: Travel, now: int) -> Travel:
        place = self._place(motion, now)
        return Travel(now, place, place, self._speed)

    def _begun_and_phases(self, motion: Travel) -> tuple[int, tuple[int, ...]]:
        return motion.begun_us, (motion.duration_us(),)

    def _state(self, motion: Travel, now: int, *, failed: bool) -> CoverState:
        if failed:
            return "fault"
        place = self._place(motion, now)
        if place != motion.goal:
            return "opening" if motion.goal == _OPEN else "closing"
        between = "stopped" if self._halted else "fault"
        return {_CLOSED: "closed", _OPEN: "open"}.get(place, between)  # type: ignore[return-value]
