"""The reduction queue as its events tell it: what waits, what is leased, which calibrations there are."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from hashlib import sha1
from typing import Any

import msgspec

from tomoe_es.camera.frame_id import det_id_of
from tomoe_es.events import Event, camera, reduction, system, transfer
from tomoe_es.events.camera import DataType, ExposureRequested
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import Lane
from tomoe_es.reduction.needs import Needs, needs_of

CALIBRATIONS_KEPT = 3
"""So many calibration exposures of the same type, gain and exposure time are remembered."""

_JOB_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "reduction-job.tomoe-es")


class Buffered(msgspec.Struct, frozen=True):
    """A raw cube on the buffer storage."""

    path: str
    blake3: str
    position: int


class Exposure(msgspec.Struct):
    """What the reduction needs to know of an exposure until its chips are reduced."""

    request: ExposureRequested
    position: int
    correlation: int
    start_us: int = 0
    start_position: int = 0
    end_us: int = 0
    checkpoint: system.LogCheckpoint | None = None  # of its night
    buffered: dict[str, Buffered] = {}
    open_jobs: int = 0


class Job(msgspec.Struct):
    """A chip-cube to be reduced."""

    exposure_number: int
    frame_id: str
    det_id: int
    data_type: DataType
    lane: Lane
    dark_exposure: int | None  # the last matching one, then the one that is used
    flat_exposure: int | None
    name: str  # what it is made of: chip-cube, type, steps and version of the code
    queued_position: int
    position: int  # of ReductionQueued, then of the newest lease
    needs: Needs
    attempt: int = 0
    failures: int = 0  # attempts that the job itself may have spoiled; a lost engine isn't one
    lease_until: int = 0

    @property
    def job_id(self) -> str:
        """The same for the same job, also after a crash."""
        return _uuid5(self.name)


def _uuid5(name: str) -> str:
    """`str(uuid.uuid5(_JOB_NAMESPACE, name))`, in a third of the time: of which a night has 130,000."""
    text = sha1(_JOB_NAMESPACE.bytes + name.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"


class Master(msgspec.Struct, frozen=True):
    """The master dark or flat of one chip in the archive; an empty path: it could not be made."""

    path: str
    sha256: str
    product_id: str


NO_MASTER = Master("", "", "")
NOTHING = Needs(0, 0, 0)


class ReductionState(msgspec.Struct):
    """The reduction queue as its events tell it."""

    total: Needs = NOTHING  # what the engine has for all jobs together
    largest: Needs = NOTHING  # and at most for one
    lease_seconds: float = 0.0
    code_version: str = ""
    checkpoint: system.LogCheckpoint | None = None  # the log's last one before the night
    exposures: dict[int, Exposure] = {}
    transferred: list[tuple[int, int]] = []  # exposure and position, not queued yet
    waiting: dict[Lane, dict[str, Job]] = msgspec.field(
        default_factory=lambda: {"express": {}, "default": {}}
    )
    leased: dict[str, Job] = {}  # in the order in which their leases end
    taken: Needs = NOTHING  # by the leased jobs together
    calibrations: list[ExposureRequested] = []  # darks and flats of all nights, oldest first
    masters: dict[int, dict[int, Master]] = {}  # by calibration exposure and chip


def initial() -> ReductionState:
    """Before the first event."""
    return ReductionState()


def evolve(state: ReductionState, recorded: Recorded) -> ReductionState:
    """Take one event in; the state given is changed and returned."""
    handler = _HANDLERS.get(type(recorded.payload))
    if handler is not None:
        handler(state, recorded, recorded.payload)
    return state


def _requested(state: ReductionState, recorded: Recorded, event: ExposureRequested) -> None:
    state.exposures[event.exposure_number] = Exposure(
        request=event,
        position=recorded.position,
        correlation=recorded.correlation,
        checkpoint=state.checkpoint,
    )


def _started(state: ReductionState, recorded: Recorded, event: camera.ExposureStarted) -> None:
    opened = state.exposures[event.exposure_number]
    opened.start_us, opened.start_position = event.start_us, recorded.position


def _finished_exposing(state: ReductionState, recorded: Recorded, event: camera.ExposureFinished) -> None:
    state.exposures[event.exposure_number].end_us = event.end_us


def _aborted(state: ReductionState, recorded: Recorded, event: camera.ExposureAborted) -> None:
    state.exposures.pop(event.exposure_number, None)


def _buffered(state: ReductionState, recorded: Recorded, event: transfer.ChipCubeBuffered) -> None:
    state.exposures[event.exposure_number].buffered[event.frame_id] = Buffered(
        event.path, event.blake3, recorded.position
    )


def _transferred(state: ReductionState, recorded: Recorded, event: transfer.ExposureTransferred) -> None:
    if event.exposure_number in state.exposures:
        state.transferred.append((event.exposure_number, recorded.position))


def _engine_started(
    state: ReductionState, recorded: Recorded, event: reduction.ReductionEngineStarted
) -> None:
    state.total = Needs(event.slots, event.memory_mb, event.ram_disk_mb)
    state.largest = Needs(event.slots, event.job_memory_mb, event.job_ram_disk_mb)
    state.lease_seconds = event.lease_seconds
    _all_back(state)


def _engine_lost(state: ReductionState, recorded: Recorded, event: reduction.ReductionEngineLost) -> None:
    state.total = NOTHING
    _all_back(state)


def _all_back(state: ReductionState) -> None:
    """The leases are void, through no fault of the jobs."""
    for job in list(state.leased.values()):
        _back(state, job.frame_id, job.attempt, failures=0)


def _leased(state: ReductionState, recorded: Recorded, event: reduction.ReductionLeased) -> None:
    job = _waiting_lane(state, event.frame_id).pop(event.frame_id)
    job.attempt, job.lease_until, job.position = event.attempt, event.lease_until_us, recorded.position
    job.dark_exposure, job.flat_exposure = event.dark_exposure, event.flat_exposure
    _line_up(state, job)
    state.taken += job.needs


def _line_up(state: ReductionState, job: Job) -> None:
    """Almost always at the end: the leases of one engine are equally long."""
    last = next(reversed(state.leased.values()), None)
    state.leased[job.frame_id] = job
    if last is not None and job.lease_until < last.lease_until:
        state.leased = dict(sorted(state.leased.items(), key=lambda each: each[1].lease_until))


def _lease_expired(state: ReductionState, recorded: Recorded, event: reduction.ReductionLeaseExpired) -> None:
    _back(state, event.frame_id, event.attempt)


def _archived(state: ReductionState, recorded: Recorded, event: reduction.ProductArchived) -> None:
    if event.kind in ("DARK", "FLAT"):
        made = Master(event.path, event.sha256, event.product_id)
        state.masters.setdefault(event.exposure_number, {})[det_id_of(event.frame_id)] = made


def _rejected(state: ReductionState, recorded: Recorded, event: reduction.ProductRejected) -> None:
    if event.kind in ("DARK", "FLAT"):
        state.masters.setdefault(event.exposure_number, {})[det_id_of(event.frame_id)] = NO_MASTER


def _finished(state: ReductionState, recorded: Recorded, event: reduction.ReductionFinished) -> None:
    if _take_out(state, event.frame_id) is not None:  # else a result came after another one
        _finish(state, event.exposure_number)


def _failed(state: ReductionState, recorded: Recorded, event: reduction.ReductionFailed) -> None:
    if not event.given_up:
        _back(state, event.frame_id, event.attempt)
        return
    job = _take_out(state, event.frame_id)
    if job is None:
        return
    if job.data_type != "OBJECT":
        state.masters.setdefault(event.exposure_number, {})[job.det_id] = NO_MASTER
    _finish(state, event.exposure_number)


def code_version(code: system.CodeRegistered) -> str:
    """How products and jobs name the code that made them."""
    return f"{code.version}+{code.source_sha256[:12]}"


def _code_registered(state: ReductionState, recorded: Recorded, event: system.CodeRegistered) -> None:
    state.code_version = code_version(event)


def _planned(state: ReductionState, recorded: Recorded, event: system.NightPlanned) -> None:
    state.checkpoint = event.checkpoint


def _queue(state: ReductionState, recorded: Recorded, event: reduction.ReductionQueued) -> None:
    number, position = event.exposure_number, recorded.position
    opened = state.exposures[number]
    state.transferred = [each for each in state.transferred if each[0] != number]
    if event.data_type != "OBJECT":
        state.calibrations.append(opened.request)
    opened.open_jobs = len(event.frame_ids)
    waiting, needs = state.waiting[event.lane], needs_of(event.data_type, opened.request.frames, event.steps)
    made_by = f"{event.data_type} {' '.join(event.steps)} {state.code_version}"
    for frame_id in event.frame_ids:
        waiting[frame_id] = Job(
            exposure_number=number,
            frame_id=frame_id,
            det_id=det_id_of(frame_id),
            data_type=event.data_type,
            lane=event.lane,
            dark_exposure=event.dark_exposure,
            flat_exposure=event.flat_exposure,
            name=f"{frame_id} {made_by}",
            needs=needs,
            queued_position=position,
            position=position,
        )
    if not event.frame_ids:
        del state.exposures[number]


def _waiting_lane(state: ReductionState, frame_id: str) -> dict[str, Job]:
    return next(waiting for waiting in state.waiting.values() if frame_id in waiting)


def _take_out(state: ReductionState, frame_id: str) -> Job | None:
    """The job, which is over; None when it was over already."""
    job = state.leased.pop(frame_id, None)
    if job is not None:
        state.taken -= job.needs
        return job
    return next((lane.pop(frame_id) for lane in state.waiting.values() if frame_id in lane), None)


def _back(state: ReductionState, frame_id: str, attempt: int, failures: int = 1) -> None:
    """A job whose lease ended without a result waits again, after the others; an older lease is void."""
    job = state.leased.get(frame_id)
    if job is not None and job.attempt == attempt:
        job.failures += failures
        del state.leased[frame_id]
        state.taken -= job.needs
        state.waiting[job.lane][frame_id] = job


def _finish(state: ReductionState, number: int) -> None:
    opened = state.exposures[number]
    opened.open_jobs -= 1
    if opened.open_jobs == 0:
        del state.exposures[number]
    if not state.leased and not any(state.waiting.values()):
        _forget_calibrations(state)


def _forget_calibrations(state: ReductionState) -> None:
    """Keep the newest of each kind that have a master; only while no job can need another one."""
    kept: list[ExposureRequested] = []
    kinds: Counter[tuple[DataType, str, float]] = Counter()
    for taken in reversed(state.calibrations):
        kind = (taken.data_type, taken.gain, taken.exposure_seconds)
        if has_master(state, taken.exposure_number) and kinds[kind] < CALIBRATIONS_KEPT:
            kinds[kind] += 1
            kept.append(taken)
    state.calibrations = kept[::-1]
    numbers = {taken.exposure_number for taken in kept}
    state.masters = {number: made for number, made in state.masters.items() if number in numbers}


def has_master(state: ReductionState, number: int) -> bool:
    """Tell whether there is a master of any chip from a calibration exposure."""
    return any(master != NO_MASTER for master in state.masters.get(number, {}).values())


_HANDLERS: dict[type[Event], Callable[[ReductionState, Recorded, Any], None]] = {
    ExposureRequested: _requested,
    camera.ExposureStarted: _started,
    camera.ExposureFinished: _finished_exposing,
    camera.ExposureAborted: _aborted,
    transfer.ChipCubeBuffered: _buffered,
    transfer.ExposureTransferred: _transferred,
    reduction.ReductionEngineStarted: _engine_started,
    reduction.ReductionEngineLost: _engine_lost,
    reduction.ReductionQueued: _queue,
    reduction.ReductionLeased: _leased,
    reduction.ReductionLeaseExpired: _lease_expired,
    reduction.ProductArchived: _archived,
    reduction.ProductRejected: _rejected,
    reduction.ReductionFinished: _finished,
    reduction.ReductionFailed: _failed,
    system.CodeRegistered: _code_registered,
    system.NightPlanned: _planned,
}
EVENT_TYPES: frozenset[type[Event]] = frozenset(_HANDLERS)
