"""The reduction queue as its events tell it: what waits, what is leased, which calibrations there are."""

from __future__ import annotations

import uuid
from collections import Counter

import msgspec

from tomoe_es.camera.frame_id import det_id_of
from tomoe_es.events import Event, camera, reduction, system, transfer
from tomoe_es.events.camera import DataType, ExposureRequested
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import Lane

CALIBRATIONS_KEPT = 3
"""So many calibration exposures of the same type, gain and exposure time are remembered."""

_JOB_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "reduction-job.tomoe-es")


class Buffered(msgspec.Struct, frozen=True):
    """A raw cube on the buffer storage."""

    path: str
    sha256: str
    position: int


class Exposure(msgspec.Struct):
    """What the reduction needs to know of an exposure until its chips are reduced."""

    request: ExposureRequested
    position: int
    correlation: int
    start_us: int = 0
    start_position: int = 0
    end_us: int = 0
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
    job_id: str
    queued_position: int
    position: int  # of ReductionQueued, then of the newest lease
    attempt: int = 0
    lease_until: int = 0


class Master(msgspec.Struct, frozen=True):
    """The master dark or flat of one chip in the archive; an empty path: it could not be made."""

    path: str
    sha256: str
    product_id: str


NO_MASTER = Master("", "", "")


class ReductionState(msgspec.Struct):
    """The reduction queue as its events tell it."""

    slots: int = 0
    lease_seconds: float = 0.0
    code_version: str = ""
    exposures: dict[int, Exposure] = {}
    transferred: list[tuple[int, int]] = []  # exposure and position, not queued yet
    waiting: dict[Lane, dict[str, Job]] = msgspec.field(
        default_factory=lambda: {"express": {}, "default": {}}
    )
    leased: dict[str, Job] = {}
    calibrations: list[ExposureRequested] = []  # darks and flats of all nights, oldest first
    masters: dict[int, dict[int, Master]] = {}  # by calibration exposure and chip


def initial() -> ReductionState:
    """Before the first event."""
    return ReductionState()


def evolve(state: ReductionState, recorded: Recorded) -> ReductionState:
    """Take one event in; the state given is changed and returned."""
    event = recorded.payload
    match event:
        case transfer.ChipCubeBuffered():
            state.exposures[event.exposure_number].buffered[event.frame_id] = Buffered(
                event.path, event.sha256, recorded.position
            )
        case reduction.ReductionLeased():
            job = _waiting_lane(state, event.frame_id).pop(event.frame_id)
            job.attempt, job.lease_until, job.position = (
                event.attempt,
                event.lease_until_us,
                recorded.position,
            )
            job.dark_exposure, job.flat_exposure = event.dark_exposure, event.flat_exposure
            state.leased[event.frame_id] = job
        case reduction.ReductionFinished():
            if _take_out(state, event.frame_id) is not None:  # else a result came after another one
                _finish(state, event.exposure_number)
        case reduction.ProductArchived() if event.kind in ("DARK", "FLAT"):
            made = Master(event.path, event.sha256, event.product_id)
            state.masters.setdefault(event.exposure_number, {})[det_id_of(event.frame_id)] = made
        case reduction.ProductRejected() if event.kind in ("DARK", "FLAT"):
            state.masters.setdefault(event.exposure_number, {})[det_id_of(event.frame_id)] = NO_MASTER
        case reduction.ReductionQueued():
            _queue(state, event, recorded.position)
        case reduction.ReductionLeaseExpired():
            _back(state, event.frame_id, event.attempt)
        case reduction.ReductionFailed() if event.given_up:
            given_up = _take_out(state, event.frame_id)
            if given_up is None:
                return state
            job = given_up
            if job.data_type != "OBJECT":
                state.masters.setdefault(event.exposure_number, {})[job.det_id] = NO_MASTER
            _finish(state, event.exposure_number)
        case reduction.ReductionFailed():
            _back(state, event.frame_id, event.attempt)
        case camera.ExposureRequested():
            state.exposures[event.exposure_number] = Exposure(
                request=event, position=recorded.position, correlation=recorded.correlation
            )
        case camera.ExposureStarted():
            opened = state.exposures[event.exposure_number]
            opened.start_us, opened.start_position = event.start_us, recorded.position
        case camera.ExposureFinished():
            state.exposures[event.exposure_number].end_us = event.end_us
        case camera.ExposureAborted():
            state.exposures.pop(event.exposure_number, None)
        case transfer.ExposureTransferred():
            if event.exposure_number in state.exposures:
                state.transferred.append((event.exposure_number, recorded.position))
        case reduction.ReductionEngineStarted():
            state.slots, state.lease_seconds = event.slots, event.lease_seconds
            for job in list(state.leased.values()):
                _back(state, job.frame_id, job.attempt)
        case system.CodeRegistered():
            state.code_version = f"{event.version}+{event.source_sha256[:12]}"
        case _:
            pass
    return state


EVENT_TYPES: frozenset[type[Event]] = frozenset(
    {
        camera.ExposureRequested,
        camera.ExposureStarted,
        camera.ExposureFinished,
        camera.ExposureAborted,
        transfer.ChipCubeBuffered,
        transfer.ExposureTransferred,
        reduction.ReductionEngineStarted,
        reduction.ReductionQueued,
        reduction.ReductionLeased,
        reduction.ReductionLeaseExpired,
        reduction.ProductArchived,
        reduction.ProductRejected,
        reduction.ReductionFinished,
        reduction.ReductionFailed,
        system.CodeRegistered,
    }
)


def _queue(state: ReductionState, event: reduction.ReductionQueued, position: int) -> None:
    number = event.exposure_number
    opened = state.exposures[number]
    state.transferred = [each for each in state.transferred if each[0] != number]
    if event.data_type != "OBJECT":
        state.calibrations.append(opened.request)
    opened.open_jobs = len(event.frame_ids)
    for frame_id in event.frame_ids:
        name = f"{frame_id} {event.data_type} {' '.join(event.steps)} {state.code_version}"
        state.waiting[event.lane][frame_id] = Job(
            exposure_number=number,
            frame_id=frame_id,
            det_id=det_id_of(frame_id),
            data_type=event.data_type,
            lane=event.lane,
            dark_exposure=event.dark_exposure,
            flat_exposure=event.flat_exposure,
            job_id=str(uuid.uuid5(_JOB_NAMESPACE, name)),
            queued_position=position,
            position=position,
        )
    if not event.frame_ids:
        del state.exposures[number]


def _waiting_lane(state: ReductionState, frame_id: str) -> dict[str, Job]:
    return next(waiting for waiting in state.waiting.values() if frame_id in waiting)


def _take_out(state: ReductionState, frame_id: str) -> Job | None:
    """The job, which is over; None when it was over already."""
    holders = (state.leased, *state.waiting.values())
    return next((holder.pop(frame_id) for holder in holders if frame_id in holder), None)


def _back(state: ReductionState, frame_id: str, attempt: int) -> None:
    """A job whose lease ended without a result waits again, after the others; an older lease is void."""
    job = state.leased.get(frame_id)
    if job is not None and job.attempt == attempt:
        del state.leased[frame_id]
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
