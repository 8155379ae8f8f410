"""What a command needs of the night that runs: its state, its time, and a way to have a say in it."""

from __future__ import annotations

from collections.abc import Callable

from tomoe_es.control import evolution
from tomoe_es.control import state as control_state
from tomoe_es.control.state import Control
from tomoe_es.errors import TomoeError, VersionConflict
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import NIGHT_OVER
from tomoe_es.log.port import EventLog
from tui.time_of_night import time_now

HANDS = (
    *("NightPlanned", "NightPhaseEntered", "NightResumed", "TelescopeLockSet", "TelescopeLockReleased"),
    *("QueueStarted", "QueuePaused", "QueueAbortRequested", "ReopeningsUsedUp", "MakingSafeBegun"),
)
"""Events that tell whether a night runs, and whose hand is on queue and lock."""
_ATTEMPTS = 20


class NoNightRuns(TomoeError):
    """Recipes are observed in a night, and none has begun or the last one has ended."""

    what_to_do = "start a night with `tomoe night`, then give the command again if it is still wanted"


class LogTooBusy(TomoeError):
    """Others kept writing to the stream while the command was decided; nothing was changed."""

    what_to_do = "give the command again"


def hands(log: EventLog) -> Control:
    """The state of control as far as people's hands on queue and lock go."""
    state = control_state.initial()
    for recorded in log.read(types=HANDS):
        evolution.evolve(state, recorded)
    return state


def runs(state: Control) -> bool:
    """Tell whether a night has begun and not ended, by what the log says."""
    return state.night.plan is not None and state.night.phase not in NIGHT_OVER


def night_and_time(log: EventLog) -> tuple[str, int]:
    """The night that runs, and the time in it: right after its newest event when it is simulated."""
    return _night(hands(log)), time_now(log)


def say(
    log: EventLog, stream: str, decide: Callable[[Control], Event], actor: str, *, by_day: bool = False
) -> int:
    """Append what a person decides on the state as it is; returns the event's position.

    It may be said `by_day`, when no night runs: people work at the telescope then.
    When somebody else was quicker it is decided again on what they did: so the second person is told of it.
    Raises NoNightRuns, LogTooBusy, and what `decide` raises.
    """
    for _ in range(_ATTEMPTS):
        version = max((each.version for each in log.read_stream(stream)), default=0)
        state = hands(log)
        if not by_day:
            _night(state)
        draft = Draft(decide(state), time_now(log), actor=actor)
        try:
            return log.append(stream, [draft], expected_version=version).first_position
        except VersionConflict:
            continue
    raise LogTooBusy(f"the stream '{stream}' changed {_ATTEMPTS} times meanwhile: try again")


def _night(state: Control) -> str:
    plan = state.night.plan
    if plan is None or not runs(state):
        raise NoNightRuns(
            "no night runs on this data folder, so that nothing was changed: start one with 'tomoe night', "
            "then give the command again if it is still wanted"
        )
    return plan.night
