"""Some events of a log as a log of their own, in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from tomoe_es.events.envelope import Recorded
from tomoe_es.log.following import LocalWakeUp, PositionSubscription
from tomoe_es.log.refusing import RefusesAppends


def renumbered(events: Iterable[Recorded]) -> list[Recorded]:
    """The events with positions and versions without gaps; what pointed to one left out points to none."""
    positions = {0: 0}
    versions: dict[str, int] = {}
    found = []
    for number, each in enumerate(events, 1):
        positions[each.position] = number
        versions[each.stream] = versions.get(each.stream, 0) + 1
        cause, correlation, code = (positions.get(at, 0) for at in (each.cause, each.correlation, each.code))
        found.append(
            msgspec.structs.replace(
                each,
                position=number,
                version=versions[each.stream],
                cause=cause,
                correlation=correlation,
                code=code,
            )
        )
    return found


class PartOfLog(RefusesAppends):
    """An EventLog of events that were renumbered; it refuses every append."""

    def __init__(self, events: Sequence[Recorded]) -> None:
        super().__init__("a part of a log can't be appended to: it shows what was")
        self._events = events

    def read(
        self, after: int = 0, until: int | None = None, types: Collection[str] | None = None
    ) -> Iterator[Recorded]:
        """Events with `after` < position <= `until`."""
        for each in self._events[after:until]:
            if types is None or type(each.payload).__name__ in types:
                yield each

    def read_stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        """Events of one stream with version > `after`."""
        return (each for each in self._events if each.stream == stream and each.version > after)

    def subscribe(self, after: int) -> PositionSubscription:
        """Nothing will come."""
        return PositionSubscription(self, after, LocalWakeUp())

    def head(self) -> int:
        """Position of the last event."""
        return len(self._events)

    def close(self) -> None:
        """Nothing is open."""
