"""The simulated focus drive: 0.5 mm a second in steps of 0.001 mm over 50 mm of travel (ours)."""

from __future__ import annotations

from adapters.simulator.devices.faults import Faults
from adapters.simulator.devices.moving import MovingDevice, Travel
from tomoe_es.control.ports import Effects, Recorder, Timers
from tomoe_es.events import Event
from tomoe_es.events.telescope import FocusCommanded, FocusRead, FocusStopCommanded

SPEED_MM_S = 0.5
RESOLUTION_DIGITS = 3
TRAVEL_MM = 50.0
HOME_MM = 28.0


class Focus(MovingDevice[Travel]):
    """Moves the camera along the optical axis; at its home until a resumed night says otherwise."""

    name = "focus"

    def __init__(self, timers: Timers, record: Recorder, faults: Faults) -> None:
        super().__init__(timers, record, faults, Travel(0, HOME_MM, HOME_MM, SPEED_MM_S))

    def effects(self) -> Effects:
        """What the focus drive carries out."""
        return {FocusCommanded: self.carry_out, FocusStopCommanded: self.carry_out}

    def start(self, initial: FocusRead | None = None, *, unreachable: bool = False) -> None:
        """Begin to give readings, standing where the last one of a night that is resumed had it."""
        if initial is not None:
            position = initial.position_mm
            self._truth = self._told = Travel(self._timers.now(), position, position, SPEED_MM_S)
        self._start(unreachable=unreachable)

    def true_position_mm(self) -> float:
        """Where the camera really is, for the sky simulator alone."""
        return self._place(self._truth, self._timers.now())

    def _refusal(self, command: Event, now: int) -> str | None:
        if isinstance(command, FocusStopCommanded):
            return None
        assert isinstance(command, FocusCommanded)
        if 0.0 <= command.position_mm <= TRAVEL_MM:
            return None
        return f"{command.position_mm:g} mm is out of travel: choose a focus within 0 to {TRAVEL_MM:g} mm"

    def _plan(self, command: Event, motion: Travel, now: int) -> Travel:
        if isinstance(command, FocusStopCommanded):
            return self._stopped(motion, now)
        assert isinstance(command, FocusCommanded)
        goal = round(command.position_mm, RESOLUTION_DIGITS)
        return Travel(now, self._place(motion, now), goal, SPEED_MM_S)

    def _stopped(self, motion: Travel, now: int) -> Travel:
        place = round(self._place(motion, now), RESOLUTION_DIGITS)
        return Travel(now, place, place, SPEED_MM_S)

    def _begun_and_phases(self, motion: Travel) -> tuple[int, tuple[int, ...]]:
        return motion.begun_us, (motion.duration_us(),)

    def _read_motion(self, motion: Travel, now: int, *, failed: bool) -> FocusRead:
        place = self._place(motion, now)
        position = round(place, RESOLUTION_DIGITS)
        if failed:
            return FocusRead(position_mm=position, state="fault")
        return FocusRead(position_mm=position, state="still" if place == motion.goal else "moving")
