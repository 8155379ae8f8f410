"""Whether the database of a live night is the one that the log made: what no leaf of the tree covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import apsw

from tomoe_es.log.live_reader import LiveReader
from tomoe_es.log.live_segment import CLOSED_SCHEMA, SCHEMA
from tomoe_es.log.segment_names import SegmentName

_STREAMS = """
SELECT name, base_version, events, first, last FROM stream LEFT JOIN (
    SELECT stream, count(*) AS events, min(version) AS first, max(version) AS last FROM event GROUP BY stream
) ON stream = id
"""
_OBJECTS = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"


StreamRow = tuple[str, int, int | None, int | None, int | None]
"""Name, version before the night; how many events it has in it, the first and the last version of these."""


def stream_rows(reader: LiveReader) -> list[StreamRow]:
    """What a segment says of each of its streams."""
    rows: list[StreamRow] = reader.rows(_STREAMS)
    return rows


def live_faults(
    reader: LiveReader,
    last: int,
    successor: SegmentName | None,
    streams: Iterable[StreamRow],
    versions: Mapping[str, int] | None,
) -> Iterator[str]:
    """Say what is wrong in the database of a segment that ends with event `last`.

    `successor` is the segment after it, `versions` that of each stream at the end of the night before: None
    where that is not known.
    """
    (state,) = (reader.rows("PRAGMA quick_check(1)") or [("no answer",)])[0]
    if state != "ok":
        yield f"its file is damaged: {state}"
    first_position, night = reader.name.first_position, reader.name.night
    closed = reader.rows("SELECT last_position, next_night FROM closed")
    yield from _schema_faults(reader, is_closed=bool(closed))
    if reader.rows("SELECT first_position, night FROM segment") != [(first_position, night)]:
        yield f"its table 'segment' does not say {night} from event {first_position} on, as its name does"
    if closed and closed[0][0] != last:
        yield f"it was closed at event {closed[0][0]}, and holds events up to {last}"
    if successor is not None and [each[1] for each in closed] != [successor.night]:
        yield f"it does not say that it was closed and {successor.night} came next"
    for stream, base, events, first, end in streams:
        if events and (first, end) != (base + 1, base + events):
            yield f"stream '{stream}' has versions {first} to {end} in {events} events after version {base}"
        elif versions is not None and base != versions.get(stream, 0):
            before = versions.get(stream, 0)
            yield f"stream '{stream}' goes on from version {base}, and was at {before} before"


def _schema_faults(reader: LiveReader, *, is_closed: bool) -> Iterator[str]:
    memory = apsw.Connection(":memory:")
    memory.execute(SCHEMA + (CLOSED_SCHEMA if is_closed else "")).fetchall()
    expected: dict[str, str] = dict(memory.execute(_OBJECTS))
    memory.close()
    found: dict[str, str] = dict(reader.rows(_OBJECTS))
    missing, foreign = sorted(expected.keys() - found.keys()), sorted(found.keys() - expected.keys())
    changed = sorted(each for each in expected.keys() & found.keys() if expected[each] != found[each])
    for names, what in (
        (missing, "lacks what refuses changes"),
        (foreign, "has what the log never makes"),
        (changed, "has another form of"),
    ):
        if names:
            yield f"its database {what}: {', '.join(names)}; whoever did that may have changed events too"
