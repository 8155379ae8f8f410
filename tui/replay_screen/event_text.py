"""An event in one line, what tells it apart first: ids are long and say little."""

from __future__ import annotations

from replay.differences import short
from tomoe_es.clock import to_datetime
from tomoe_es.events import ErasedPayload, Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.night import JST
from tui.dashboard.wording import short_id

_LONGEST_FIELD = 60


def clock_time(event: Recorded) -> str:
    """JST to the millisecond."""
    return f"{to_datetime(event.time).astimezone(JST):%H:%M:%S.%f}"[:-3]


def fields(payload: Event | ErasedPayload) -> str:
    """All fields, a recipe's id shortened and last."""
    names = [name for name in payload.__struct_fields__ if name != "recipe_id"]
    said = [f"{name}={short(getattr(payload, name), _LONGEST_FIELD)}" for name in names]
    recipe_id = getattr(payload, "recipe_id", "")
    return " ".join([*said, f"recipe={short_id(recipe_id)}"] if recipe_id else said)


def event_text(event: Recorded) -> str:
    """Position, time, actor, type and fields."""
    kind = type(event.payload).__name__
    return f"{event.position:,} {clock_time(event)} {event.actor} {kind} {fields(event.payload)}"
