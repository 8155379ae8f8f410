"""Plays events as they came, faster or slower than life."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tomoe_es.events.envelope import Recorded


def play(
    events: Iterable[Recorded], speed: float, now: Callable[[], float], sleep: Callable[[float], None]
) -> Iterator[Recorded]:
    """Give each event when its time has come, counted from the first; `now` and `sleep` in real seconds."""
    began: float | None = None
    first = 0
    for recorded in events:
        if began is None:
            began, first = now(), recorded.time
        rest = began + (recorded.time - first) / 1e6 / speed - now()
        if rest > 0:
            sleep(rest)
        yield recorded
