"""What the log of a night has of a reduction queue that a test played."""

from __future__ import annotations

from replay.truth.told import ToldNight, told_night
from tests.tomoe_es.reduction.queue.played_engine import Engine
from tomoe_es.events.envelope import Recorded


def told_by(engine: Engine) -> ToldNight:
    """All that was recorded, and nothing that was not."""
    return told_night(
        Recorded(position, event.stream(), 1, engine.now, 0, 0, 0, "test", event)
        for position, event in enumerate(engine.events, start=1)
    )
