"""The simulated mirror cover: 15 s from limit switch to limit switch (ours)."""

from __future__ import annotations

from adapters.simulator.devices.faults import Faults
from adapters.simulator.devices.limit_switches import DriveBetweenLimits
from adapters.simulator.devices.moving import Travel
from tomoe_es.control.ports import Effects, Recorder, Timers
from tomoe_es.events import Event
from tomoe_es.events.telescope import MirrorCoverCommanded, MirrorCoverRead

TRAVEL_SECONDS = 15.0


class MirrorCover(DriveBetweenLimits):
    """Opens and closes; closed until a resumed night says otherwise."""

    name = "mirror_cover"

    def __init__(self, timers: Timers, record: Recorder, faults: Faults) -> None:
        super().__init__(timers, record, faults, TRAVEL_SECONDS)

    def effects(self) -> Effects:
        """What the cover carries out."""
        return {MirrorCoverCommanded: self.carry_out}

    def start(self, initial: MirrorCoverRead | None = None, *, unreachable: bool = False) -> None:
        """Begin to give readings, from where the last one of a night that is resumed had it."""
        if initial is not None:
            self._resume(initial.state)
        self._start(unreachable=unreachable)

    def _plan(self, command: Event, motion: Travel, now: int) -> Travel:
        assert isinstance(command, MirrorCoverCommanded)
        return self._toward(command.action, motion, now)

    def _read_motion(self, motion: Travel, now: int, *, failed: bool) -> MirrorCoverRead:
        return MirrorCoverRead(state=self._state(motion, now, failed=failed))
