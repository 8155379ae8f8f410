"""Decides which notifications are queued now, and which one a channel is asked to deliver next."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid5

from tomoe_es.clock import HOUR
from tomoe_es.events.monitor import Severity
from tomoe_es.events.notification import NotificationQueued
from tomoe_es.notification import wording
from tomoe_es.notification.evolution import BURST_US
from tomoe_es.notification.state import Burst, Delivery, Hushed, Notifications, Queued

GIVE_UP_AFTER = 6 * HOUR
MOST_ATTEMPTS = 20
"""So often at least, also when hours go by in seconds, as in a simulated night."""
_NAMESPACE = UUID("6f0d2c5e-7b52-5c0c-9a39-6b3f1f6e2a11")


def due(
    state: Notifications,
    now: int,
    channels: Sequence[str],
    *,
    ending: bool = False,
    checkpoint: str = "",
) -> list[NotificationQueued]:
    """What is to be queued for the channels: the first of a burst at once, the others when it is over or
    each minute.

    `ending`: nobody will decide later, so that nothing waits. `checkpoint`: the log's last one, where
    `carries_checkpoint` says so.
    """
    found = []
    for burst in state.bursts.values():
        if not burst.waiting:
            continue
        if burst.told == 0:
            first = burst.waiting[0]
            text = wording.with_checkpoint(first.text, checkpoint) if burst.with_checkpoint else first.text
            found.append(_notification(burst, text, [first.position], channels))
        elif ending or now - burst.last_us >= BURST_US or now - burst.told_us >= BURST_US:
            found.append(
                _notification(burst, _rest(burst), [each.position for each in burst.waiting], channels)
            )
    return found + [_no_longer_muted(each, channels) for each in _unhushed(state, now)]


def carries_checkpoint(state: Notifications) -> bool:
    """Whether something that is still to be told carries the log's last checkpoint out of the machine."""
    return any(burst.waiting and burst.with_checkpoint for burst in state.bursts.values())


def _unhushed(state: Notifications, now: int) -> list[dict[int, Hushed]]:
    """By name, with their positions: those that are still so when the mute of their name is over."""
    names: dict[str, dict[int, Hushed]] = {}
    for position, each in state.hushed.items():
        if state.muted.get(each.name, 0) <= now:
            names.setdefault(each.name, {})[position] = each
    return list(names.values())


def _no_longer_muted(hushed: dict[int, Hushed], channels: Sequence[str]) -> NotificationQueued:
    newest = list(hushed.values())[-1]
    text = wording.no_longer_muted(newest.text, len(hushed) - 1)
    return _queued(newest.severity, text, list(hushed), channels)


def _rest(burst: Burst) -> str:
    if burst.name:
        return wording.more_violations(burst, len(burst.waiting))
    return wording.more_of(burst.waiting[-1].text, len(burst.waiting) - 1)


def _notification(burst: Burst, text: str, about: list[int], channels: Sequence[str]) -> NotificationQueued:
    return _queued(burst.severity, text, about, channels)


def _queued(severity: Severity, text: str, about: list[int], channels: Sequence[str]) -> NotificationQueued:
    """Its id follows from what it tells: queued again after a crash it is the same one."""
    told = ",".join(str(each) for each in about)
    return NotificationQueued(
        notification_id=str(uuid5(_NAMESPACE, told)),
        severity=severity,
        text=text,
        about=about,
        channels=list(channels),
    )


def next_for(state: Notifications, channel: str) -> Queued | None:
    """What the channel is asked to deliver next; None: nothing.

    Critical ones first, then those that were tried least, so that one that can't be delivered holds up no
    other, then in order.
    """
    open_ones = [each for each in state.queue.values() if each.is_open(channel)]
    return min(
        open_ones,
        key=lambda each: (each.severity != "critical", attempt_of(each, channel), each.position),
        default=None,
    )


def attempt_of(queued: Queued, channel: str) -> int:
    """Number of the attempt that comes next."""
    return queued.deliveries.get(channel, Delivery("failed", 0)).attempt + 1


def is_given_up(queued: Queued, attempt: int, now: int) -> bool:
    """Whether an attempt that failed was the last one: it was tried often, and for hours."""
    return attempt >= MOST_ATTEMPTS and now - queued.queued_us >= GIVE_UP_AFTER


def text_for(queued: Queued, channel: str) -> str:
    """The text; marked when an attempt, whose outcome is not known, may have delivered it already."""
    delivery = queued.deliveries.get(channel)
    repeats = delivery is not None and (delivery.perhaps_delivered or delivery.state == "attempted")
    return wording.POSSIBLE_REPEAT + queued.text if repeats else queued.text
