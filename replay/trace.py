"""A night as a trace that https://ui.perfetto.dev and chrome://tracing show: the Trace Event Format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from replay.night import Identity
from replay.spans import TRACKS, spans
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationDetected


def trace_lines(identity: Identity, events: Iterable[Recorded]) -> Iterator[str]:
    """JSON, a line for each event of the trace. A track is a process, a device or chip one of its threads."""
    yield '{"displayTimeUnit": "ms", "otherData": ' + msgspec.json.encode(identity).decode()
    yield ', "traceEvents": [\n'
    names = (
        {"ph": "M", "name": "process_name", "pid": number, "tid": 0, "args": {"name": track}}
        for number, track in enumerate((*TRACKS, "violations"), 1)
    )
    yield ",\n".join(msgspec.json.encode(each).decode() for each in names)
    marks: list[Recorded] = []
    threads: dict[tuple[str, str], int] = {}
    for each in spans(_noting(events, marks)):
        track = TRACKS.index(each.track) + 1
        thread = threads.get((each.track, each.lane))
        if thread is None:
            thread = threads[each.track, each.lane] = len(threads) + 1
            name = {"ph": "M", "name": "thread_name", "pid": track, "tid": thread}
            yield _next({**name, "args": {"name": each.lane or each.track}})
        whole = {"ts": each.start_us, "dur": each.end_us - each.start_us, "pid": track, "tid": thread}
        args = {"first_position": each.first_position, "last_position": each.last_position}
        yield _next({"ph": "X", "name": each.name, "cat": each.track, **whole, "args": args})
    for recorded in marks:
        violation = recorded.payload
        assert isinstance(violation, ViolationDetected)
        where = {"ts": recorded.time, "pid": len(TRACKS) + 1, "tid": 0, "s": "g"}
        args = {"first_position": recorded.position}
        yield _next({"ph": "i", "name": violation.name, "cat": "violations", **where, "args": args})
    yield "\n]}\n"


def _next(event: dict[str, object]) -> str:
    return ",\n" + msgspec.json.encode(event).decode()


def _noting(events: Iterable[Recorded], marks: list[Recorded]) -> Iterator[Recorded]:
    for recorded in events:
        if isinstance(recorded.payload, ViolationDetected):
            marks.append(recorded)
        yield recorded
