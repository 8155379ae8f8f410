"""A range of a night as JSON lines, as CSV, or as a trace for Perfetto; and JSON lines as a log again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from replay.errors import ImportRefused
from replay.log_digest import ROOT_OF
from replay.night import Identity
from replay.payload_positions import in_part
from tomoe_es.clock import isot
from tomoe_es.events import AnyEvent
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.log.port import Batch, EventLog

_APPENDED_TOGETHER = 5000
_COLUMNS = (
    "position",
    "stream",
    "version",
    "time",
    "time_us",
    "correlation",
    "cause",
    "code",
    "actor",
    "type",
)


class _Heading(msgspec.Struct):
    replay: Identity


class _Line(msgspec.Struct):
    """An event as a JSON line has it."""

    position: int
    stream: str
    version: int
    time: int
    correlation: int
    cause: int
    code: int
    actor: str
    payload: AnyEvent


_decode_line = msgspec.json.Decoder(_Line).decode


def json_lines(identity: Identity, events: Iterable[Recorded]) -> Iterator[str]:
    """First a line that says what it is, then a line for each event."""
    yield msgspec.json.encode({"replay": identity}).decode() + "\n"
    for each in events:
        yield msgspec.json.encode(each).decode() + "\n"


def csv_lines(identity: Identity, events: Iterable[Recorded]) -> Iterator[str]:
    """Comment lines that say what it is, the names of the columns, then a row for each event."""
    yield from (f"# {line}\n" for line in identity.lines())
    yield ",".join((*_COLUMNS, "payload")) + "\n"
    for each in events:
        fields = msgspec.json.decode(msgspec.json.encode(each.payload))
        name = fields.pop("type")
        row = io.StringIO()
        csv.writer(row, lineterminator="\n").writerow(
            [
                *(each.position, each.stream, each.version, isot(each.time, 6), each.time),
                *(each.correlation, each.cause, each.code, each.actor, name),
                msgspec.json.encode(fields).decode(),
            ]
        )
        yield row.getvalue()


def exported_from(line: str) -> Identity | None:
    """Which log the first line of exported events says they are from; None when it doesn't say."""
    try:
        return msgspec.json.decode(line, type=_Heading).replay
    except msgspec.DecodeError:
        return None


def is_that_of(imported: Identity, exported: Identity) -> bool | None:
    """Whether an imported log has the events of the one exported; None where their digests don't tell.

    They tell where both cover each event, and as many.
    """
    said = [each.log_digest.rpartition(" sha256:") for each in (imported, exported)]
    comparable = said[0][0] == said[1][0] and said[0][0].startswith(ROOT_OF)
    return said[0][2] == said[1][2] if comparable else None


def import_json_lines(lines: Iterable[str], log: EventLog) -> int:
    """Append exported events to a new log; gives how many.

    Positions begin at 1 again, also those in payloads; what pointed to an event before the range points to
    none, and in a payload says which one it was.
    Raises ImportRefused when the log is not empty, or at a line that is no event.
    """
    if log.head():
        raise ImportRefused("there is a log already: import into a folder that has none")
    count, first = 0, 0
    batches: list[Batch] = []
    for event in _events(lines):
        first = first or event.position
        _add(batches, event, first - 1)
        count += 1
        if count % _APPENDED_TOGETHER == 0:
            log.append_many(batches)
            batches = []
    if batches:
        log.append_many(batches)
    return count


def read_json_lines(lines: Iterable[str]) -> Iterator[Recorded]:
    """The events of exported lines as they are; raises ImportRefused."""
    for each in _events(lines):
        yield msgspec.convert(each, Recorded, from_attributes=True)


def _events(lines: Iterable[str]) -> Iterator[_Line]:
    expected = 0
    for number, line in enumerate(lines, 1):
        if number == 1 and line.startswith('{"replay"'):
            continue
        event = _read(line, number)
        if expected and event.position != expected:
            raise ImportRefused(
                f"line {number}: event {event.position} follows {expected - 1}: one is missing"
            )
        expected = event.position + 1
        yield event


def _read(line: str, number: int) -> _Line:
    try:
        return _decode_line(line)
    except msgspec.DecodeError as error:
        raise ImportRefused(
            f"line {number} is no event ({error}); give what 'tomoe replay export' wrote"
        ) from error


def _add(batches: list[Batch], event: Any, before: int) -> None:
    cause, correlation, code = (
        max(0, position - before) for position in (event.cause, event.correlation, event.code)
    )
    draft = Draft(in_part(event.payload, before), event.time, cause, correlation, code, event.actor)
    if batches and batches[-1].stream == event.stream:
        batches[-1].events.append(draft)  # type: ignore[attr-defined]  # made as a list just below
    else:
        batches.append(Batch(event.stream, [draft]))
