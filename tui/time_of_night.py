"""The night that the log tells of, and the time at which a person's event happens in it."""

from __future__ import annotations

import time

from tomoe_es.control import evolution
from tomoe_es.control import state as control_state
from tomoe_es.control.state import NightState
from tomoe_es.errors import TomoeError
from tomoe_es.events.system import NIGHT_OVER
from tomoe_es.log.port import EventLog


class NoNightRuns(TomoeError):
    """Recipes are observed in a night, and none has begun or the last one has ended."""

    what_to_do = "start a night with `tomoe night`, then hand the recipe in again"


def night_and_time(log: EventLog) -> tuple[str, int]:
    """The night that runs, and the time in it: right after its newest event when it is simulated."""
    night = _night(log)
    if night.plan is None or night.phase in NIGHT_OVER:
        raise NoNightRuns("no night runs on this data folder: start one with 'tomoe night', then submit")
    return night.plan.night, _time(log, night)


def time_now(log: EventLog) -> int:
    """The time of what a person does now, also by day; right after the newest event of a simulated night."""
    return _time(log, _night(log))


def _night(log: EventLog) -> NightState:
    state = control_state.initial()
    for recorded in log.read(types=("NightPlanned", "NightPhaseEntered", "NightResumed")):
        evolution.evolve(state, recorded)
    return state.night


def _time(log: EventLog, night: NightState) -> int:
    if night.plan is None or not night.plan.simulated:
        return time.time_ns() // 1000
    newest = next(iter(log.read(after=log.head() - 1)))
    return newest.time + 1
