"""The reduction queue over its state, and an engine that a test plays."""

from __future__ import annotations

from typing import Any

from tomoe_es.camera.frame_id import FrameId
from tomoe_es.clock import to_datetime
from tomoe_es.events import Event, camera, reduction, transfer
from tomoe_es.events.camera import DataType
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import Lane
from tomoe_es.reduction import queue, queue_state

NOW = 1_702_382_400_000_000
NIGHT = "2023-12-12"
CHIPS = (101, 102)


def frame(number: int, chip: int) -> str:
    return str(FrameId(to_datetime(NOW).date(), number, chip))


def asked(
    number: int,
    data_type: DataType = "OBJECT",
    lane: Lane = "default",
    seconds: float = 0.5,
    gain: Any = "high",
    night: str = NIGHT,
) -> camera.ExposureRequested:
    return camera.ExposureRequested(
        exposure_number=number,
        recipe_id="r",
        name="field",
        data_type=data_type,
        gain=gain,
        exposure_seconds=seconds,
        frames=18,
        pipeline=["wcs", "stack"] if data_type == "OBJECT" else [],
        observer="o",
        project="p",
        lane=lane,
        ra_deg=1.0,
        dec_deg=2.0,
        night=night,
    )


def started(slots: int, memory_mb: int = 100_000, job_memory_mb: int = 2_000) -> Event:
    return reduction.ReductionEngineStarted(
        engine="test",
        slots=slots,
        memory_mb=memory_mb,
        ram_disk_mb=1_000,
        job_memory_mb=job_memory_mb,
        job_ram_disk_mb=10,
        lease_seconds=600.0,
    )


class Engine:
    """The queue over its state, and an engine that the test plays; what is decided is taken in."""

    def __init__(self, slots: int = 4) -> None:
        self.state = queue_state.initial()
        self.now = NOW
        self.events: list[Event] = []
        self.running: dict[str, reduction.ReductionLeased] = {}  # by frame, as the engine knows it
        self._position = 0
        self.restart(slots)

    def tell(self, *events: Event) -> list[Event]:
        """Events are recorded together; returns what the queue decides on them, until it decides nothing."""
        recorded = [self.take_in(each) for each in events]
        decided: list[Event] = []
        while any(type(each.payload) in queue.INPUTS for each in recorded):
            new = [each.event for each in queue.decide(self.state, recorded[-1], self.now)]
            decided += new
            recorded = [self.take_in(each) for each in new]
        return decided

    def wake(self) -> list[Event]:
        """Let the queue look by itself at the time that it asked for."""
        when = queue.next_wakeup(self.state, self.now)
        assert when is not None
        self.now = when
        new = [each.event for each in queue.decide(self.state, None, self.now)]
        assert new, "it asked to be woken for nothing"
        return new + self.tell(*new)

    def take_in(self, event: Event) -> Recorded:
        """Record an event without deciding on it."""
        self._position += 1
        self.events.append(event)
        if isinstance(event, reduction.ReductionLeased):
            self.running[event.frame_id] = event
        recorded = Recorded(self._position, event.stream(), 1, self.now, 0, 0, 0, "test", event)
        queue_state.evolve(self.state, recorded)
        return recorded

    def restart(self, slots: int) -> list[Event]:
        self.running.clear()
        return self.tell(started(slots))

    def expose(
        self,
        number: int,
        data_type: DataType = "OBJECT",
        *,
        lane: Lane = "default",
        lost: tuple[int, ...] = (),
        seconds: float = 0.5,
        gain: Any = "high",
        night: str = NIGHT,
    ) -> list[Event]:
        """An exposure is taken and transferred."""
        self.tell(
            asked(number, data_type, lane, seconds, gain, night),
            camera.ExposureStarted(exposure_number=number, start_us=self.now),
            camera.ExposureFinished(exposure_number=number, end_us=self.now, det_ids=list(CHIPS)),
        )
        buffered = [chip for chip in CHIPS if chip not in lost]
        cubes = [
            transfer.ChipCubeBuffered(
                exposure_number=number, frame_id=frame(number, chip), path="p", blake3="s", size_bytes=1
            )
            for chip in buffered
        ]
        over = transfer.ExposureTransferred(exposure_number=number, buffered=len(cubes), lost=len(lost))
        return self.tell(*cubes, over)

    def calibrate(self) -> None:
        """Masters for 0.5 s are there."""
        for number, kind, seconds in ((1, "DARK", 0.5), (2, "DARK", 1.0), (3, "FLAT", 1.0)):
            self.expose(number, kind, seconds=seconds)  # type: ignore[arg-type]
            for chip in CHIPS:
                self.archive(number, chip, kind)

    def archive(self, number: int, chip: int, kind: str) -> list[Event]:
        """The engine has made a product."""
        name = frame(number, chip)
        archived = reduction.ProductArchived(
            exposure_number=number,
            frame_id=name,
            product_id=self.running[name].job_id,
            kind=kind,
            path=f"{kind}{number}",
            sha256="s",
            size_bytes=1,
        )
        return self.tell(archived, self.finished(name))

    def reject(self, number: int, chip: int, kind: str) -> list[Event]:
        name = frame(number, chip)
        rejected = reduction.ProductRejected(
            exposure_number=number, frame_id=name, kind=kind, reasons=["noise"]
        )
        return self.tell(rejected, self.finished(name))

    def finished(self, name: str) -> reduction.ReductionFinished:
        lease = self.running.pop(name)
        return reduction.ReductionFinished(
            exposure_number=lease.exposure_number,
            frame_id=name,
            job_id=lease.job_id,
            attempt=lease.attempt,
            stage_seconds={},
            steps_not_done=[],
        )

    def fail(self, name: str, *, permanent: bool = False) -> list[Event]:
        """The engine says that a job has failed."""
        self.running.pop(name)
        job = self.state.leased[name]
        return self.tell(queue.failure(job, "WorkerDied", "it died", permanent=permanent))

    def leased(self, events: list[Event]) -> list[str]:
        return [each.frame_id for each in events if isinstance(each, reduction.ReductionLeased)]

    def told(self, kind: type[Event]) -> list[Any]:
        return [each for each in self.events if isinstance(each, kind)]


def kind_of(engine: Engine, name: str) -> str:
    kind = engine.state.leased[name].data_type
    return "STACK" if kind == "OBJECT" else kind


def number_of(engine: Engine, name: str) -> int:
    return engine.state.leased[name].exposure_number


def chip_of(name: str) -> int:
    return 100 + int(name[-2:])
