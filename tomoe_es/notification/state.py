"""What is still to be told, and how far each notification has come; the fold of the log."""

from __future__ import annotations

from typing import Literal

import msgspec

from tomoe_es.events.monitor import Severity


class Waiting(msgspec.Struct):
    """An event that is to be told."""

    position: int
    time_us: int
    thing: str
    text: str  # when it is told alone


class Burst(msgspec.Struct, kw_only=True):
    """Equal events that follow each other: the first is told at once, the others together."""

    severity: Severity
    name: str  # of violations; empty for what else is told
    first_us: int
    last_us: int
    count: int = 0
    told: int = 0
    told_us: int = 0
    with_checkpoint: bool = False  # its text carries the log's last checkpoint out of the machine
    waiting: list[Waiting] = []


ChannelState = Literal["attempted", "failed", "delivered", "given up"]


class Delivery(msgspec.Struct):
    """How far one channel has come with one notification."""

    state: ChannelState
    attempt: int
    perhaps_delivered: bool = False


class Queued(msgspec.Struct, kw_only=True):
    """A notification that some channel has not taken yet."""

    notification_id: str
    severity: Severity
    text: str
    position: int
    queued_us: int
    channels: list[str]  # each of which is to deliver it
    deliveries: dict[str, Delivery] = {}

    def is_open(self, channel: str) -> bool:
        """Whether the channel still has to deliver it."""
        delivery = self.deliveries.get(channel)
        return channel in self.channels and (delivery is None or delivery.state in ("attempted", "failed"))


class Hushed(msgspec.Struct):
    """A violation that began while its name was muted, and is not over."""

    name: str
    severity: Severity
    text: str


class Night(msgspec.Struct):
    """What the night's summary says."""

    night: str = ""
    over: bool = True
    counts: dict[str, int] = {}
    violations: dict[str, int] = {}
    weather_unsafe: bool = False


class Notifications(msgspec.Struct):
    """Everything that the notifier decides on."""

    started: bool = False  # what happened before the first notifier is not told
    bursts: dict[str, Burst] = {}  # by what makes events equal
    queue: dict[str, Queued] = {}  # by id, in the order in which they were queued
    announced: dict[int, str] = {}  # violations that were not muted and have not cleared, with their name
    muted: dict[str, int] = {}  # by name: until when
    hushed: dict[int, Hushed] = {}  # by position: to be told when the mute of its name is over
    night: Night = msgspec.field(default_factory=Night)
