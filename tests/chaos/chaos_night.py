"""An observatory of which also the disk, the transfer and the reduction's workers can break."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.simulator.camera import StartedExposure
from adapters.simulator.no_pixels import NoImaging, NoReducing
from adapters.untold import Untold
from tests.projections.memory_log import MemoryLog
from tests.tomoe_es.safety.guarded_observatory import SILENT_SECONDS, GuardedObservatory
from tomoe_es.clock import SECOND
from tomoe_es.errors import LogUnavailable
from tomoe_es.events import Event, safety, transfer
from tomoe_es.log.port import Appended, Batch
from tomoe_es.reduction.queue import failure
from tomoe_es.reduction.queue_state import Job

NIGHT_PID = 4711


class Killed(BaseException):
    """The executor's process is gone, in the middle of what it did."""


class DiskLog(MemoryLog):
    """A log on a disk that may be full."""

    full = False

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        if self.full:
            raise LogUnavailable("database or disk is full")
        return super().append_many(batches)


class Imaging(NoImaging):
    """A transfer that may be slower than the camera."""

    def __init__(self, broken: set[str]) -> None:
        super().__init__()
        self._broken = broken

    def finish(self, exposure: StartedExposure) -> list[Event]:
        if "transfer" not in self._broken:
            return super().finish(exposure)
        number = exposure.request.exposure_number
        return [
            event
            for frame_id in exposure.frame_ids
            for event in (
                transfer.RingOverwritten(exposure_number=number, frame_id=frame_id, frames=2),
                transfer.ChipCubeLost(
                    exposure_number=number,
                    frame_id=frame_id,
                    condition="RingOverwritten",
                    message="2 frames were overwritten in the ring",
                ),
            )
        ]


class Reducing(NoReducing):
    """Workers that may die, which the engine notices, or hang, which only the lease's end tells."""

    def __init__(self, night: ChaosNight) -> None:
        super().__init__(lambda time_us: night.telescope.transparency(time_us))
        self._broken = night.broken

    def finish(self, job: Job) -> list[Event]:
        outcome = super().finish(job)
        if "worker hangs" in self._broken:
            return []
        if "worker dies" in self._broken:
            return [failure(job, "WorkerDied", "a worker process died: it is reduced again", permanent=False)]
        return outcome


class ChaosNight(GuardedObservatory):
    """Everything that may break does so by one word in `broken`, or by the methods."""

    look_us = 2 * SECOND

    def __init__(self, *arguments: Any, former: ChaosNight | None = None, **options: Any) -> None:
        self.broken: set[str] = former.broken if former else set()
        self.disk = former.disk if former else DiskLog()
        self.untold: list[Untold] = former.untold if former else []
        self.silent: set[str] = former.silent if former else set()
        if former is None:
            options["log"] = self.disk
        super().__init__(*arguments, former=former, **options)

    def make_imaging(self) -> Imaging:
        return Imaging(self.broken)

    def make_reducing(self) -> Reducing:
        return Reducing(self)

    def step(self) -> None:
        """Run the next action of whichever process; the executor does not survive what the log refuses."""
        try:
            self.clock.step()
        except (Killed, LogUnavailable):
            serving = self.guardian_serves
            if serving.timers.state == "runs":
                serving.kill_executor()

    def guardian_hears(self, process: str, *, silent: bool) -> None:
        """The guardian's loop tells of a process that gives no sign of life, and of one that does again."""
        event: Event = safety.ProcessHeardAgain(process=process, pid=NIGHT_PID)
        if silent:
            event = safety.ProcessFellSilent(process=process, pid=NIGHT_PID, silent_seconds=SILENT_SECONDS)
        identity = f"guardian {type(event).__name__} {process} {self.clock.now()}"
        self._tell([Untold(event, self.clock.now(), "guardian", identity)])

    def _guardian_looks(self) -> None:
        silent = (self.clock.now() - self.guardian_serves._sign_us) / SECOND >= SILENT_SECONDS
        if silent != ("night" in self.silent):
            self.silent ^= {"night"}
            self.guardian_hears("night", silent=silent)
        super()._guardian_looks()

    def _tell(self, untold: list[Untold]) -> None:
        self.untold += untold
        waiting, self.untold[:] = list(self.untold), []
        try:
            super()._tell(waiting)
        except LogUnavailable:
            self.untold[:] = waiting  # kept, and told when there is room: each has its command id
