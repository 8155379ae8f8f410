"""All machines, and for each event type the steps that it can be in them."""

from __future__ import annotations

from collections.abc import Hashable

import msgspec

from tomoe_es.events import Event
from tomoe_es.machines import (
    camera,
    chip_cube,
    dome_rotation,
    dome_slit,
    exposure,
    focus,
    mirror_cover,
    mount,
    night,
    process,
    queue,
    recipe,
    telescope_lock,
    worker,
)
from tomoe_es.machines.declaration import Machine, On
from tomoe_es.machines.table import Step, Table, compile_table

_MODULES = (
    night,
    queue,
    recipe,
    exposure,
    chip_cube,
    dome_slit,
    dome_rotation,
    mirror_cover,
    mount,
    focus,
    camera,
    telescope_lock,
    worker,
    process,
)

TABLES: dict[str, Table] = {each.MACHINE.name: compile_table(each.MACHINE) for each in _MODULES}
"""By name of the machine."""


class Route(msgspec.Struct, frozen=True):
    """How the events of one type reach one machine."""

    machine: Machine
    step: Step | None  # None: the value of `field` tells which one
    field: str
    steps: dict[Hashable, Step]
    instances: str  # field with several instances; "": the event is about one
    everywhere: bool


def _route(table: Table, on: On) -> Route:
    if isinstance(on.trigger, str):
        return Route(table.machine, table.steps[on.trigger], "", {}, on.instances, on.everywhere)
    steps = {value: table.steps[trigger] for value, trigger in on.trigger.triggers.items()}
    return Route(table.machine, None, on.trigger.field, steps, on.instances, on.everywhere)


def _routes() -> dict[type[Event], tuple[Route, ...]]:
    routes: dict[type[Event], tuple[Route, ...]] = {}
    for table in TABLES.values():
        for on in table.machine.listens:
            routes[on.event] = (*routes.get(on.event, ()), _route(table, on))
    return routes


ROUTES: dict[type[Event], tuple[Route, ...]] = _routes()
"""By event type; an event of any other type concerns no machine."""
