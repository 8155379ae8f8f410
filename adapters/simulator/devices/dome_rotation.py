"""The simulated rotation of the dome: 3 degrees a second (ours), the shortest way."""

from __future__ import annotations

from adapters.simulator.devices.faults import Faults
from adapters.simulator.devices.moving import MovingDevice, Travel
from tomoe_es.control.ports import Effects, Recorder, Timers
from tomoe_es.events import Event
from tomoe_es.events.telescope import (
    DomeRotationCommanded,
    DomeRotationRead,
    DomeRotationStopCommanded,
)

SPEED_DEG_S = 3.0
HOME_AZIMUTH_DEG = 180.0


class DomeRotation(MovingDevice[Travel]):
    """Turns the slit to an azimuth; at its home in the south until a resumed night says otherwise."""

    name = "dome_rotation"

    def __init__(self, timers: Timers, record: Recorder, faults: Faults) -> None:
        super().__init__(timers, record, faults, Travel(0, HOME_AZIMUTH_DEG, HOME_AZIMUTH_DEG, SPEED_DEG_S))

    def effects(self) -> Effects:
        """What the dome carries out."""
        return {DomeRotationCommanded: self.carry_out, DomeRotationStopCommanded: self.carry_out}

    def start(self, initial: DomeRotationRead | None = None, *, unreachable: bool = False) -> None:
        """Begin to give readings, standing where the last one of a night that is resumed had it."""
        if initial is not None:
            azimuth = initial.azimuth_deg
            self._truth = self._told = Travel(self._timers.now(), azimuth, azimuth, SPEED_DEG_S)
        self._start(unreachable=unreachable)

    def true_azimuth_deg(self) -> float:
        """Azimuth where the slit really is, for the simulated light path alone."""
        return self._place(self._truth, self._timers.now()) % 360.0

    def _plan(self, command: Event, motion: Travel, now: int) -> Travel:
        if isinstance(command, DomeRotationStopCommanded):
            return self._stopped(motion, now)
        assert isinstance(command, DomeRotationCommanded)
        start = self._place(motion, now) % 360.0
        turn = (command.azimuth_deg - start + 180.0) % 360.0 - 180.0
        return Travel(now, start, start + turn, SPEED_DEG_S)

    def _stopped(self, motion: Travel, now: int) -> Travel:
        place = self._place(motion, now)
        return Travel(now, place, place, SPEED_DEG_S)

    def _begun_and_phases(self, motion: Travel) -> tuple[int, tuple[int, ...]]:
        return motion.begun_us, (motion.duration_us(),)

    def _read_motion(self, motion: Travel, now: int, *, failed: bool) -> DomeRotationRead:
        place = self._place(motion, now)
        azimuth = round(place % 360.0, 6) % 360.0
        if failed:
            return DomeRotationRead(azimuth_deg=azimuth, state="fault")
        return DomeRotationRead(azimuth_deg=azimuth, state="still" if place == motion.goal else "rotating")
