"""Every projection there is."""

from __future__ import annotations

from collections.abc import Collection

from projections import (
    alarms,
    archive_index,
    chips,
    hardware,
    history,
    lineage,
    messages,
    night,
    pool,
    processes,
    queue,
)
from projections.errors import UnknownProjection
from projections.projection import Projection

PROJECTIONS: tuple[Projection, ...] = tuple(
    module.PROJECTION
    for module in (
        *(queue, pool, hardware, night, chips, history, alarms, messages, processes),
        *(archive_index, lineage),
    )
)
NAMES: tuple[str, ...] = tuple(projection.name for projection in PROJECTIONS)


def projections_named(names: Collection[str]) -> tuple[Projection, ...]:
    """The projections of these names, in the order of the catalogue; raises UnknownProjection."""
    for name in names:
        if name not in NAMES:
            raise UnknownProjection(name, list(NAMES))
    return tuple(projection for projection in PROJECTIONS if projection.name in names)
