"""What the log of a night has of a reduction queue that a test played."""

from __future__ import annotations

from collections.abc import Sequence

from replay.truth.told import ToldNight, told_night
from tests.tomoe_es.reduction.queue.played_engine import NOW, Engine
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded


def told_by(engine: Engine) -> ToldNight:
    """All that was recorded, and nothing that was not."""
    return told_by_events(engine.events)


def told_by_events(events: Sequence[Event]) -> ToldNight:
    """Of events one after the other."""
    return told_night(
        Recorded(position, event.stream(), 1, NOW, 0, 0, 0, "test", event)
        for position, event in enumerate(events, start=1)
    )
