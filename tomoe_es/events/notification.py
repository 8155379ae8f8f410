"""Events of the notifications to people: a queue in the log, so that none is lost, and none sent twice."""

from __future__ import annotations

from tomoe_es.events.base import Event
from tomoe_es.events.monitor import Severity


class NotificationEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event of one notification; its id is the UUIDv5 of what it tells."""

    notification_id: str

    def stream(self) -> str:
        return "notifications"


class NotificationQueued(NotificationEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Something is to be told."""

    severity: Severity
    text: str
    about: list[int]  # positions of the events that it tells of
    channels: list[str]  # each of which is to deliver it


class NotificationAttempted(NotificationEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """A channel is being asked to deliver it; the outcome follows."""

    channel: str
    attempt: int


class NotificationDelivered(NotificationEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """A channel has taken it."""

    channel: str
    attempt: int


class NotificationDeliveryFailed(NotificationEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """A channel has not taken it."""

    channel: str
    attempt: int
    message: str
    retry: bool  # False: it is given up
    perhaps_delivered: (
        bool  # the channel may have taken it all the same, such as when its answer did not come
    )
