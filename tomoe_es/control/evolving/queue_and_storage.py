"""Whether the queue runs, who holds it, and what suspends observing."""

from __future__ import annotations

from tomoe_es.control.evolving.handler import Handler
from tomoe_es.control.state import BreakingOff, Control, Hand
from tomoe_es.control.storage_limits import has_no_room
from tomoe_es.events import Event, queue, system
from tomoe_es.events.envelope import Recorded


def _queue_started(state: Control, recorded: Recorded, event: queue.QueueStarted) -> None:
    state.running, state.hand, state.breaking_off = True, None, None
    state.weather.closings, state.weather.budget_told = 0, False


def _queue_paused(state: Control, recorded: Recorded, event: queue.QueuePaused) -> None:
    state.running = False
    if event.how != "stop":
        state.breaking_off = None
    state.hand = Hand(event.who, event.how, event.reason, recorded.time)


def _abort_requested(state: Control, recorded: Recorded, event: queue.QueueAbortRequested) -> None:
    state.breaking_off = BreakingOff(event.who, "abort", event.why, recorded.position)


def _budget_told(state: Control, recorded: Recorded, event: queue.ReopeningsUsedUp) -> None:
    state.weather.budget_told = True


def _suspended(state: Control, recorded: Recorded, event: queue.ObservingSuspended) -> None:
    state.weather.closings += event.danger and not state.danger
    state.suspended, state.danger = list(event.reasons), event.danger


def _resumed(state: Control, recorded: Recorded, event: queue.ObservingResumed) -> None:
    state.suspended, state.danger = [], False


def _storage_read(state: Control, recorded: Recorded, event: system.StorageRead) -> None:
    chips = len(state.night.plan.chips) if state.night.plan is not None else 0
    if event.storage == "buffer":
        state.buffer_full = has_no_room(event, chips, before=state.buffer_full)
    elif event.storage == "log":
        state.log_full = has_no_room(event, chips, before=state.log_full)


HANDLERS: dict[type[Event], Handler] = {
    system.StorageRead: _storage_read,
    queue.QueueStarted: _queue_started,
    queue.QueuePaused: _queue_paused,
    queue.ReopeningsUsedUp: _budget_told,
    queue.QueueAbortRequested: _abort_requested,
    queue.ObservingSuspended: _suspended,
    queue.ObservingResumed: _resumed,
}
