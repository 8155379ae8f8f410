"""How each event changes what is to be told and what was told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tomoe_es.clock import SECOND
from tomoe_es.events import Event, camera, monitor, notification, recipe, reduction, safety, system, weather
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import Severity
from tomoe_es.events.system import NIGHT_OVER
from tomoe_es.machines import norms
from tomoe_es.notification import wording
from tomoe_es.notification.state import Burst, Delivery, Hushed, Night, Notifications, Queued, Waiting

BURST_US = 60 * SECOND
"""An event so soon after the last equal one is part of the same burst."""
QUEUE_KEPT = 1000
"""More than these are only kept when no channel at all has taken them."""
PROCESS: Final = "notifier"
NIGHT_PROCESS: Final = "night"


def initial() -> Notifications:
    """Before the first event."""
    return Notifications()


def evolve(state: Notifications, recorded: Recorded) -> Notifications:
    """Take one event in; the state given is changed and returned."""
    handler = _HANDLERS.get(type(recorded.payload))
    if handler is not None:
        handler(state, recorded, recorded.payload)
    return state


def _tell(
    state: Notifications,
    recorded: Recorded,
    key: str,
    severity: Severity,
    text: str,
    *,
    name: str = "",
    thing: str = "",
    with_checkpoint: bool = False,
) -> None:
    """Have the event told; events of one key that follow each other are a burst."""
    if not state.started:
        return
    burst = state.bursts.get(key)
    quiet = burst is not None and recorded.time - burst.last_us > BURST_US
    if burst is None or (quiet and not burst.waiting):
        burst = state.bursts[key] = Burst(
            severity=severity,
            name=name,
            first_us=recorded.time,
            last_us=recorded.time,
            with_checkpoint=with_checkpoint,
        )
    burst.last_us = max(burst.last_us, recorded.time)
    burst.count += 1
    burst.waiting.append(Waiting(recorded.position, recorded.time, thing, text))


def _started(state: Notifications, recorded: Recorded, event: system.ProcessStarted) -> None:
    state.started = state.started or event.process == PROCESS


def _violated(state: Notifications, recorded: Recorded, event: monitor.ViolationDetected) -> None:
    state.night.violations[event.name] = state.night.violations.get(event.name, 0) + 1
    text = wording.violation(event, recorded.position, recorded.time)
    if state.muted.get(event.name, 0) > recorded.time:
        if state.started and _stays_open(event):
            state.hushed[recorded.position] = Hushed(event.name, event.severity, text)
        return
    state.announced[recorded.position] = event.name
    key = f"violation {event.name}"
    _tell(state, recorded, key, event.severity, text, name=event.name, thing=event.thing)


def _stays_open(event: monitor.ViolationDetected) -> bool:
    """Whether it stays until it is over or acknowledged; others are over as soon as they have happened."""
    known = norms.declared().get(event.name)
    return event.needs_acknowledgement or known is None or known.lasts


def _acknowledged(state: Notifications, recorded: Recorded, event: monitor.ViolationAcknowledged) -> None:
    state.hushed.pop(event.detected, None)


def _cleared(state: Notifications, recorded: Recorded, event: monitor.ViolationCleared) -> None:
    state.hushed.pop(event.detected, None)
    name = state.announced.pop(event.detected, None)
    if name is not None and state.muted.get(name, 0) <= recorded.time:
        _tell(state, recorded, f"over {name}", "notice", wording.recovery(event, recorded.time))


def _muted(state: Notifications, recorded: Recorded, event: monitor.AlarmMuted) -> None:
    state.muted[event.name] = event.until_us


def _unmuted(state: Notifications, recorded: Recorded, event: monitor.AlarmUnmuted) -> None:
    state.muted.pop(event.name, None)


def _planned(state: Notifications, recorded: Recorded, event: system.NightPlanned) -> None:
    state.night = Night(night=event.night, over=False, counts=dict.fromkeys(_COUNTED.values(), 0))
    _tell(state, recorded, f"night {event.night} begins", "notice", wording.night_begins(event))


def _resumed(state: Notifications, recorded: Recorded, event: system.NightResumed) -> None:
    state.night.over = False
    text = f"Warning The night {event.night} is taken up again. {wording.when(recorded.time)}"
    _tell(state, recorded, f"night {event.night} resumed", "warning", text)


def _phase(state: Notifications, recorded: Recorded, event: system.NightPhaseEntered) -> None:
    state.night.over = event.phase in NIGHT_OVER


def _stopped(state: Notifications, recorded: Recorded, event: system.ProcessStopped) -> None:
    night = state.night
    if event.process != NIGHT_PROCESS or not night.night:
        return
    if night.over:
        text = wording.night_ends(night.night, night.counts, night.violations, recorded.time)
        _tell(state, recorded, f"night {night.night} ends", "notice", text, with_checkpoint=True)
    else:
        text = wording.night_broke_off(night.night, event.reason, recorded.time)
        _tell(state, recorded, f"night {night.night} broke off", "serious", text)


def _unsafe(state: Notifications, recorded: Recorded, event: weather.WeatherBecameUnsafe) -> None:
    if not state.night.weather_unsafe:
        state.night.weather_unsafe = True
        text = wording.weather_unsafe(event.reasons, recorded.time)
        _tell(state, recorded, "weather unsafe", "warning", text)


def _safe(state: Notifications, recorded: Recorded, event: weather.WeatherBecameSafe) -> None:
    if state.night.weather_unsafe:
        state.night.weather_unsafe = False
        _tell(state, recorded, "weather safe", "notice", wording.weather_safe(recorded.time))


def _making_safe(state: Notifications, recorded: Recorded, event: safety.MakingSafeBegun) -> None:
    _tell(state, recorded, f"emergency by {event.by}", "critical", wording.making_safe(event, recorded.time))


def _made_safe(state: Notifications, recorded: Recorded, event: safety.TelescopeMadeSafe) -> None:
    _tell(state, recorded, f"safe by {event.by}", "serious", wording.made_safe(event, recorded.time))


def _overdue(state: Notifications, recorded: Recorded, event: safety.MakingSafeOverdue) -> None:
    _tell(state, recorded, f"not safe by {event.by}", "critical", wording.safe_overdue(event, recorded.time))


def _queued(state: Notifications, recorded: Recorded, event: notification.NotificationQueued) -> None:
    about = set(event.about)
    for position in about & state.hushed.keys():
        state.announced[position] = state.hushed.pop(position).name
    for burst in state.bursts.values():
        left = [each for each in burst.waiting if each.position not in about]
        if len(left) < len(burst.waiting):
            burst.told += len(burst.waiting) - len(left)
            burst.waiting, burst.told_us = left, recorded.time
    state.queue[event.notification_id] = Queued(
        notification_id=event.notification_id,
        severity=event.severity,
        text=event.text,
        position=recorded.position,
        queued_us=recorded.time,
        channels=event.channels,
    )
    if len(state.queue) > QUEUE_KEPT:
        _forget_oldest(state)


def _forget_oldest(state: Notifications) -> None:
    """Let a notification go that one channel has taken; another one was given up by whoever runs this."""
    for queued in state.queue.values():
        if any(each.state == "delivered" for each in queued.deliveries.values()):
            del state.queue[queued.notification_id]
            return


def _attempted(state: Notifications, recorded: Recorded, event: notification.NotificationAttempted) -> None:
    queued = state.queue.get(event.notification_id)
    if queued is not None:
        before = queued.deliveries.get(event.channel)
        perhaps = before is not None and (before.perhaps_delivered or before.state == "attempted")
        queued.deliveries[event.channel] = Delivery("attempted", event.attempt, perhaps)


def _delivered(state: Notifications, recorded: Recorded, event: notification.NotificationDelivered) -> None:
    queued = state.queue.get(event.notification_id)
    if queued is not None:
        queued.deliveries[event.channel] = Delivery("delivered", event.attempt)
        _forget_settled(state, queued)


def _failed(state: Notifications, recorded: Recorded, event: notification.NotificationDeliveryFailed) -> None:
    queued = state.queue.get(event.notification_id)
    if queued is not None:
        before = queued.deliveries.get(event.channel)
        perhaps = event.perhaps_delivered or (before is not None and before.perhaps_delivered)
        queued.deliveries[event.channel] = Delivery(
            "failed" if event.retry else "given up", event.attempt, perhaps
        )
        _forget_settled(state, queued)


def _forget_settled(state: Notifications, queued: Queued) -> None:
    """Let it go when every channel is done with it."""
    if not any(queued.is_open(channel) for channel in queued.channels):
        del state.queue[queued.notification_id]


def _count(state: Notifications, recorded: Recorded, event: Event) -> None:
    counts, name = state.night.counts, _COUNTED[type(event)]
    counts[name] = counts.get(name, 0) + 1


_COUNTED: dict[type[Event], str] = {
    recipe.RecipeCompleted: "recipes done",
    recipe.RecipeCancelled: "cancelled",
    camera.ExposureFinished: "exposures",
    reduction.ProductArchived: "products archived",
    reduction.ProductRejected: "rejected",
}
COUNTED_TYPES: frozenset[str] = frozenset(each.__name__ for each in _COUNTED)
"""Names of the types that only the summary counts, from the night's plan on."""

_HANDLERS: dict[type[Event], Callable[[Notifications, Recorded, Any], None]] = {
    **dict.fromkeys(_COUNTED, _count),
    system.ProcessStarted: _started,
    system.ProcessStopped: _stopped,
    system.NightPlanned: _planned,
    system.NightResumed: _resumed,
    system.NightPhaseEntered: _phase,
    monitor.ViolationDetected: _violated,
    monitor.ViolationCleared: _cleared,
    monitor.ViolationAcknowledged: _acknowledged,
    monitor.AlarmMuted: _muted,
    monitor.AlarmUnmuted: _unmuted,
    weather.WeatherBecameUnsafe: _unsafe,
    weather.WeatherBecameSafe: _safe,
    safety.MakingSafeBegun: _making_safe,
    safety.TelescopeMadeSafe: _made_safe,
    safety.MakingSafeOverdue: _overdue,
    notification.NotificationQueued: _queued,
    notification.NotificationAttempted: _attempted,
    notification.NotificationDelivered: _delivered,
    notification.NotificationDeliveryFailed: _failed,
}
TYPES: frozenset[str] = frozenset(each.__name__ for each in _HANDLERS)
"""Names of all types that matter here."""
