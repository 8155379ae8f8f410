"""Two people at once: what a person may do with the queue and the lock, given whose hand is on them.

Pure decisions over the state of control. The second person is told who did what, when and why.
"""

from __future__ import annotations

from tomoe_es.clock import isot
from tomoe_es.control.state import Control, Hand
from tomoe_es.errors import TomoeError
from tomoe_es.events.queue import QueueAbortRequested, QueuePaused, QueueStarted
from tomoe_es.events.telescope import TelescopeLockReleased, TelescopeLockSet

_DONE = {"stop": "stopped it", "abort": "aborted and stopped it", "emergency": "called an emergency"}


class QueueStoppedAlready(TomoeError):
    """Somebody has stopped the queue already; nothing was changed."""

    what_to_do = "talk to who stopped it, or start it with `tomoe queue start`"


class QueueRunsAlready(TomoeError):
    """The queue runs; nothing was changed."""

    what_to_do = "nothing: the queue runs"


class QueueInOtherHands(TomoeError):
    """Somebody else has stopped the queue, and may rely on it."""

    what_to_do = "talk to who stopped it, or take over with `tomoe queue start --take-over`"


class LockSetAlready(TomoeError):
    """The telescope is locked already; nothing was changed."""

    what_to_do = "talk to who locked the telescope: `tomoe lock show` says who"


class LockNotSet(TomoeError):
    """The telescope is not locked; nothing was changed."""

    what_to_do = "nothing: the telescope is not locked"


class LockInOtherHands(TomoeError):
    """Somebody else has locked the telescope, and may be standing in the dome."""

    what_to_do = "make sure that nobody is in the dome, then `tomoe lock release --take-over`"


def stop(state: Control, who: str, why: str) -> QueuePaused:
    """Stop after the running recipe; raises QueueStoppedAlready."""
    if state.hand is not None:
        raise QueueStoppedAlready(f"{hand_shows(state.hand)}; start it with 'tomoe queue start'")
    return QueuePaused(reason=why, who=who)


def abort(state: Control, who: str, why: str) -> QueueAbortRequested:
    """Break off, close and park, also a queue that is stopped; raises QueueStoppedAlready after an abort."""
    asked = state.breaking_off
    if asked is not None:
        raise QueueStoppedAlready(f"{asked.who} has asked for it just now ({asked.how}): {asked.why}")
    if state.hand is not None and state.hand.how == "abort":
        raise QueueStoppedAlready(f"{hand_shows(state.hand)}; start it with 'tomoe queue start'")
    return QueueAbortRequested(who=who, why=why)


def start(state: Control, who: str, why: str, *, take_over: bool) -> QueueStarted:
    """Go on; raises QueueRunsAlready, or QueueInOtherHands when another one's stop is not to be taken over.

    A queue that runs is started anew when the night's re-openings are used up: that is what a person decides.
    """
    hand = state.hand
    if hand is None:
        if state.weather.budget_told:
            return QueueStarted(reason=why, who=who)
        raise QueueRunsAlready("the queue runs: nothing to start")
    if hand.who != who and not take_over:
        raise QueueInOtherHands(
            f"{hand_shows(hand)}; talk to {hand.who}, or start it nevertheless with "
            "'tomoe queue start --take-over'"
        )
    return QueueStarted(reason=why, who=who, taken_over_from=hand.who if hand.who != who else "")


def set_lock(state: Control, who: str, why: str) -> TelescopeLockSet:
    """Lock the telescope, also where a recipe or the schedule has; raises LockSetAlready after a person."""
    hardware = state.hardware
    if hardware.locked and hardware.locked_by and not hardware.locked_recipe:
        raise LockSetAlready(f"{lock_shows(state)}; nothing moves while it is set")
    return TelescopeLockSet(who=who, why=why)


def release_lock(state: Control, who: str, why: str, *, take_over: bool) -> TelescopeLockReleased:
    """Release the lock; raises LockNotSet, or LockInOtherHands when it is another one's."""
    hardware = state.hardware
    if not hardware.locked:
        raise LockNotSet("the telescope is not locked: nothing to release")
    if hardware.locked_by not in ("", who) and not take_over:
        raise LockInOtherHands(
            f"{lock_shows(state)}; make sure that nobody is in the dome, talk to {hardware.locked_by}, "
            "or release it nevertheless with 'tomoe lock release --take-over'"
        )
    return TelescopeLockReleased(who=who, why=why)


def hand_shows(hand: Hand) -> str:
    """Whose hand is on the queue, for people."""
    why = hand.why or "no reason given"
    return f"{hand.who or 'somebody'} {_DONE[hand.how]} at {isot(hand.since_us, 0)} UTC: {why}"


def lock_shows(state: Control) -> str:
    """Who has locked the telescope, why and since when, for people."""
    hardware = state.hardware
    if not hardware.locked:
        return "the telescope is not locked"
    if not hardware.locked_by:
        return "the telescope is locked as it is before the first night"
    why = hardware.locked_why or "no reason given"
    return f"{hardware.locked_by} locked the telescope at {isot(hardware.locked_since, 0)} UTC: {why}"
