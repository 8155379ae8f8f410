"""How each event changes the state of control.

An event that does not fit the state changes nothing, so that one in the log never keeps a night from being
started or resumed; the monitor reports it.
"""

from __future__ import annotations

from tomoe_es.control.evolving import (
    devices_and_weather,
    exposures,
    night_and_safety,
    queue_and_storage,
    recipes,
)
from tomoe_es.control.evolving.handler import Handler
from tomoe_es.control.state import Control
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded


def evolve(state: Control, recorded: Recorded) -> Control:
    """Take one event in; the state given is changed and returned."""
    handler = HANDLERS.get(type(recorded.payload))
    if handler is not None:
        handler(state, recorded, recorded.payload)
    return state


HANDLERS: dict[type[Event], Handler] = {
    **devices_and_weather.HANDLERS,
    **night_and_safety.HANDLERS,
    **queue_and_storage.HANDLERS,
    **recipes.HANDLERS,
    **exposures.HANDLERS,
}
EVENT_TYPES: frozenset[type[Event]] = frozenset(HANDLERS)
