"""The reduction queue: which chip-cube is reduced next, in two lanes, as the engine has room."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Literal

import msgspec

from tomoe_es.clock import SECOND
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.events import Event, reduction, transfer
from tomoe_es.events.camera import ExposureRequested
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import Lane
from tomoe_es.reduction.engine import RequestUnmet
from tomoe_es.reduction.queue_state import NO_MASTER, Job, ReductionState, evolve, has_master

NAME = "reduction queue"
MAX_ATTEMPTS = 3
LANES: tuple[Lane, ...] = ("express", "default")
"""In the order in which they are served."""

CalibrationType = Literal["DARK", "FLAT"]

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


class Calibration(msgspec.Struct, frozen=True):
    """Which dark or flat exposure a chip is calibrated with; None: there is none with a master for it."""

    kind: CalibrationType
    exposure_number: int | None
    made: bool  # False: its master is still in the making


def decide(state: ReductionState, recorded: Recorded | None, now: int) -> list[Decision]:
    """Queue what was transferred, take back what is overdue, and lease as much as there are free slots."""
    decisions = [_to_queue(state, number, position) for number, position in state.transferred]
    overdue = takewhile(lambda job: now >= job.lease_until, state.leased.values())
    decisions += [Decision(_overdue(job), job.position) for job in overdue]
    free = state.total - state.taken
    for lane in LANES:
        for job in state.waiting[lane].values():
            if free.cpus <= 0:
                return decisions
            if not job.needs.fits(state.largest):
                decisions.append(Decision(_unmet(state, job), job.position))
                continue
            calibrations = _calibrations(state, job)
            missing = [each.kind for each in calibrations if each.exposure_number is None]
            if missing:
                decisions.append(Decision(_calibration_missing(state, job, missing), job.position))
            elif all(each.made for each in calibrations):
                if not job.needs.fits(free):
                    return decisions  # nothing overtakes it, or it would never be its turn
                decisions.append(Decision(_lease(state, job, calibrations, now), job.position))
                free -= job.needs
    return decisions


def next_wakeup(state: ReductionState, now: int) -> int | None:
    """When the first lease is overdue."""
    first = next(iter(state.leased.values()), None)
    return first.lease_until if first is not None else None


def failure(job: Job, condition: str, message: str, *, permanent: bool) -> reduction.ReductionFailed:
    """The event of a job that ended in a named condition; a permanent one is not tried again."""
    return reduction.ReductionFailed(
        exposure_number=job.exposure_number,
        frame_id=job.frame_id,
        job_id=job.job_id,
        attempt=job.attempt,
        condition=condition,
        message=message,
        given_up=permanent or job.failures + 1 >= MAX_ATTEMPTS,
    )


def _overdue(job: Job) -> Event:
    """What follows from a lease that ended without a result: another attempt, but not for ever."""
    if job.failures + 1 >= MAX_ATTEMPTS:
        voided = job.attempt - MAX_ATTEMPTS
        besides = f", besides {voided} that ended with the engine" if voided else ""
        text = f"no result from {MAX_ATTEMPTS} attempts{besides}"
        return failure(job, "LeaseExpired", text, permanent=True)
    return reduction.ReductionLeaseExpired(
        exposure_number=job.exposure_number,
        frame_id=job.frame_id,
        job_id=job.job_id,
        attempt=job.attempt,
    )


def is_idle(state: ReductionState) -> bool:
    """Tell whether nothing waits and nothing runs."""
    return not state.leased and not any(state.waiting.values()) and not state.transferred


def _unmet(state: ReductionState, job: Job) -> Event:
    """A request that nobody can meet is told: it would wait for ever."""
    trouble = RequestUnmet(job.needs, state.largest)
    return failure(job, trouble.condition, str(trouble), permanent=True)


def _to_queue(state: ReductionState, number: int, position: int) -> Decision:
    opened = state.exposures[number]
    asked = opened.request
    dark = _last(state, "DARK", asked) if asked.data_type != "DARK" else None
    flat = _last(state, "FLAT", asked) if asked.data_type == "OBJECT" else None
    queued = reduction.ReductionQueued(
        exposure_number=number,
        lane="express" if asked.data_type != "OBJECT" else asked.lane,
        data_type=asked.data_type,
        steps=list(asked.pipeline),
        frame_ids=list(opened.buffered),
        dark_exposure=dark.exposure_number if dark is not None else None,
        flat_exposure=flat.exposure_number if flat is not None else None,
        dark_night=dark.night if dark is not None else None,
        flat_night=flat.night if flat is not None else None,
    )
    return Decision(queued, position)


def _last(state: ReductionState, kind: CalibrationType, asked: ExposureRequested) -> ExposureRequested | None:
    """The last matching dark or flat, of any night, that has a master, or may still get one."""
    for taken in _matching(state, kind, asked):
        if taken.exposure_number in state.exposures or has_master(state, taken.exposure_number):
            return taken
    return None


def _matching(
    state: ReductionState, kind: CalibrationType, asked: ExposureRequested
) -> Iterator[ExposureRequested]:
    """Darks or flats that match an exposure, newest first."""
    for taken in reversed(state.calibrations):
        same_time = kind == "FLAT" or taken.exposure_seconds == asked.exposure_seconds
        if taken.data_type == kind and taken.gain == asked.gain and same_time:
            yield taken


def _calibrations(state: ReductionState, job: Job) -> list[Calibration]:
    """The master dark and flat that a job needs."""
    needed = []
    if job.data_type != "DARK":
        needed.append(_calibration(state, job, "DARK", job.dark_exposure))
    if job.data_type == "OBJECT":
        needed.append(_calibration(state, job, "FLAT", job.flat_exposure))
    return needed


def _calibration(state: ReductionState, job: Job, kind: CalibrationType, newest: int | None) -> Calibration:
    """The newest one, not after the one queued, whose master of this chip is there or may still be made.

    A chip's master may have been rejected, or its cube lost before it was reduced.
    """
    asked = state.exposures[job.exposure_number].request
    for taken in _matching(state, kind, asked):
        number = taken.exposure_number
        if newest is None or number > newest:
            continue
        master = state.masters.get(number, {}).get(job.det_id)
        if master is None and number in state.exposures:
            return Calibration(kind, number, made=False)
        if master is not None and master != NO_MASTER:
            return Calibration(kind, number, made=True)
    return Calibration(kind, None, made=False)


def _calibration_missing(state: ReductionState, job: Job, missing: list[CalibrationType]) -> Event:
    asked = state.exposures[job.exposure_number].request
    wanted = {"DARK": f" of {asked.exposure_seconds:g} s", "FLAT": ""}
    kinds = " and no ".join(f"master {kind.lower()}{wanted[kind]}" for kind in missing)
    message = f"no {kinds} with {asked.gain} gain of this chip is there: take it before the observation"
    return failure(job, "CalibrationMissing", message, permanent=True)


def _lease(state: ReductionState, job: Job, calibrations: list[Calibration], now: int) -> Event:
    chosen = {each.kind: each.exposure_number for each in calibrations}
    return reduction.ReductionLeased(
        exposure_number=job.exposure_number,
        frame_id=job.frame_id,
        job_id=job.job_id,
        attempt=job.attempt + 1,
        lease_until_us=now + round(state.lease_seconds * SECOND),
        dark_exposure=chosen.get("DARK"),
        flat_exposure=chosen.get("FLAT"),
    )


def decider(fold: Fold) -> Decider:
    """The reduction queue over its state."""
    assert fold.evolve is evolve, "the reduction queue decides on its own state"
    return Decider(NAME, fold, INPUTS, decide, next_wakeup, gathers=True)
