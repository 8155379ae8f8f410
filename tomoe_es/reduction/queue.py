"""The reduction queue: which chip-cube is reduced next, in two lanes, on as many slots as the engine has."""

from __future__ import annotations

from tomoe_es.clock import SECOND
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.events import Event, reduction, transfer
from tomoe_es.events.camera import DataType, ExposureRequested
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import Lane
from tomoe_es.reduction.queue_state import NO_MASTER, Job, Master, ReductionState, evolve

NAME = "reduction queue"
MAX_ATTEMPTS = 3
LANES: tuple[Lane, ...] = ("express", "default")
"""In the order in which they are served."""

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
