"""Decides which notifications are queued now, and which one a channel is asked to deliver next."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid5

from tomoe_es.events.notification import NotificationQueued
from tomoe_es.notification import wording
from tomoe_es.notification.evolution import BURST_US
from tomoe_es.notification.state import Burst, Delivery, Notifications, Queued

_NAMESPACE = UUID("6f0d2c5e-7b52-5c0c-9a39-6b3f1f6e2a11")


def due(
    state: Notifications, now: int, channels: Sequence[str], *, ending: bool = False
) -> list[NotificationQueued]:
    """What is to be queued for the channels: the first of a burst at once, the others when it is over or
    each minute.

    `ending`: nobody will decide later, so that nothing waits.
    """
    found = []
    for burst in state.bursts.values():
        if not burst.waiting:
            continue
        if burst.told == 0:
            first = burst.waiting[0]
            found.append(_notification(burst, first.text, [first.position], channels))
        elif ending or now - burst.last_us >= BURST_US or now - burst.told_us >= BURST_US:
            found.append(
                _notification(burst, _rest(burst), [each.position for each in burst.waiting], channels)
            )
    return found


def _rest(burst: Burst) -> str:
    if burst.name:
        return wording.more_violations(burst, len(burst.waiting))
    return wording.more_of(burst.waiting[-1].text, len(burst.waiting) - 1)


def _notification(burst: Burst, text: str, about: list[int], channels: Sequence[str]) -> NotificationQueued:
    """Its id follows from what it tells: queued again after a crash it is the same one."""
    told = ",".join(str(each) for each in about)
    return NotificationQueued(
        notification_id=str(uuid5(_NAMESPACE, told)),
        severity=burst.severity,
        text=text,
        about=about,
        channels=list(channels),
    )


def next_for(state: Notifications, channel: str) -> Queued | None:
    """What the channel is asked to deliver next: critical ones first, then in order; None: nothing."""
    open_ones = [each for each in state.queue.values() if each.is_open(channel)]
    return min(open_ones, key=lambda each: (each.severity != "critical", each.position), default=None)


def attempt_of(queued: Queued, channel: str) -> int:
    """Number of the attempt that comes next."""
    return queued.deliveries.get(channel, Delivery("failed", 0)).attempt + 1


def text_for(queued: Queued, channel: str) -> str:
    """The text; marked when an attempt, whose outcome is not known, may have delivered it already."""
    delivery = queued.deliveries.get(channel)
    repeats = delivery is not None and (delivery.perhaps_delivered or delivery.state == "attempted")
    return wording.POSSIBLE_REPEAT + queued.text if repeats else queued.text
