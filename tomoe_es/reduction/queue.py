"""The reduction queue: which chip-cube is reduced next, in two lanes, on as many slots as the engine has."""

from __future__ import annotations

import uuid

import msgspec

from tomoe_es.camera.frame_id import det_id_of
from tomoe_es.clock import SECOND
from tomoe_es.control.conductor import Decider, Decision, Fold
from tomoe_es.events import Event, camera, reduction, system, transfer
from tomoe_es.events.camera import DataType, ExposureRequested
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import Lane

NAME = "reduction queue"
MAX_ATTEMPTS = 3
LANES: tuple[Lane, ...] = ("express", "default")
"""In the order in which they are served."""

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
    dark_exposure: int | None
    flat_exposure: int | None
    job_id: str
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
    calibrations: list[ExposureRequested] = []  # darks and flats, oldest first
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
INPUTS: frozenset[type[Event]] = frozenset(
    {
        transfer.ExposureTransferred,
        reduction.ReductionEngineStarted,
        reduction.ReductionQueued,
        reduction.ReductionLeaseExpired,
        reduction.ReductionFinished,
        reduction.ReductionFailed,
    }
)


def decide(state: ReductionState, recorded: Recorded | None, now: int) -> list[Decision]:
    """Queue what was transferred, take back what is overdue, and lease as much as there are free slots."""
    decisions = [_to_queue(state, number, position) for number, position in state.transferred]
    decisions += [
        Decision(_overdue(job), job.position) for job in state.leased.values() if now >= job.lease_until
    ]
    free = state.slots - len(state.leased)
    for lane in LANES:
        for job in state.waiting[lane].values():
            if free <= 0:
                return decisions
            missing = _missing_calibration(state, job)
            if missing is not None:
                decisions.append(Decision(missing, job.position))
            elif _ready(state, job):
                decisions.append(Decision(_lease(state, job, now), job.position))
                free -= 1
    return decisions


def next_wakeup(state: ReductionState, now: int) -> int | None:
    """When the first lease is overdue."""
    return min((job.lease_until for job in state.leased.values()), default=None)


def failure(job: Job, condition: str, message: str, *, permanent: bool) -> reduction.ReductionFailed:
    """The event of a job that ended in a named condition; a permanent one is not tried again."""
    return reduction.ReductionFailed(
        exposure_number=job.exposure_number,
        frame_id=job.frame_id,
        job_id=job.job_id,
        attempt=job.attempt,
        condition=condition,
        message=message,
        given_up=permanent or job.attempt >= MAX_ATTEMPTS,
    )


def _overdue(job: Job) -> Event:
    """What follows from a lease that ended without a result: another attempt, but not for ever."""
    if job.attempt >= MAX_ATTEMPTS:
        return failure(job, "LeaseExpired", f"no result from {job.attempt} attempts", permanent=True)
    return reduction.ReductionLeaseExpired(
        exposure_number=job.exposure_number,
        frame_id=job.frame_id,
        job_id=job.job_id,
        attempt=job.attempt,
    )


def is_idle(state: ReductionState) -> bool:
    """Tell whether nothing waits and nothing runs."""
    return not state.leased and not any(state.waiting.values()) and not state.transferred


def _to_queue(state: ReductionState, number: int, position: int) -> Decision:
    opened = state.exposures[number]
    asked = opened.request
    dark = _last_matching(state, "DARK", asked) if asked.data_type != "DARK" else None
    flat = _last_matching(state, "FLAT", asked) if asked.data_type == "OBJECT" else None
    queued = reduction.ReductionQueued(
        exposure_number=number,
        lane="express" if asked.data_type != "OBJECT" else asked.lane,
        data_type=asked.data_type,
        steps=list(asked.pipeline),
        frame_ids=list(opened.buffered),
        dark_exposure=dark,
        flat_exposure=flat,
    )
    return Decision(queued, position)


def _last_matching(state: ReductionState, kind: DataType, asked: ExposureRequested) -> int | None:
    """Number of the last dark or flat of this night that matches an exposure."""
    for taken in reversed(state.calibrations):
        if taken.night != asked.night:
            return None
        same_time = kind == "FLAT" or taken.exposure_seconds == asked.exposure_seconds
        if taken.data_type == kind and taken.gain == asked.gain and same_time:
            return taken.exposure_number
    return None


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


def _calibrations(state: ReductionState, job: Job) -> list[tuple[str, Master | None]]:
    """The master dark and flat that a job needs; None while one is not made yet."""
    needed = []
    if job.data_type != "DARK":
        needed.append(("dark", job.dark_exposure))
    if job.data_type == "OBJECT":
        needed.append(("flat", job.flat_exposure))
    return [
        (kind, NO_MASTER if number is None else _master(state, number, job.det_id)) for kind, number in needed
    ]


def _master(state: ReductionState, number: int, det_id: int) -> Master | None:
    """None while it may still be made; the chip's cube may have been lost before it was reduced."""
    gone = NO_MASTER if number not in state.exposures else None
    return state.masters.get(number, {}).get(det_id, gone)


def _ready(state: ReductionState, job: Job) -> bool:
    return all(master is not None for _, master in _calibrations(state, job))


def _missing_calibration(state: ReductionState, job: Job) -> Event | None:
    missing = [kind for kind, master in _calibrations(state, job) if master == NO_MASTER]
    if not missing:
        return None
    message = f"no {' and no '.join(missing)} of this night matches: take the calibrations before observing"
    return failure(job, "CalibrationMissing", message, permanent=True)


def _lease(state: ReductionState, job: Job, now: int) -> Event:
    return reduction.ReductionLeased(
        exposure_number=job.exposure_number,
        frame_id=job.frame_id,
        job_id=job.job_id,
        attempt=job.attempt + 1,
        lease_until_us=now + round(state.lease_seconds * SECOND),
    )


def decider(fold: Fold) -> Decider:
    """The reduction queue over its state."""
    assert fold.evolve is evolve, "the reduction queue decides on its own state"
    return Decider(NAME, fold, INPUTS, decide, next_wakeup, gathers=True)
