"""Up to 256 events as one zstd frame of JSON lines: a line for each event, envelope and payload.

A line is an event as `events.schema.json` describes it. The payload stands in it as the very bytes that were
appended, its type name first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from threading import local
from typing import TypeVar

import msgspec
import zstandard

from tomoe_es.errors import LogCorrupt
from tomoe_es.events import EVENT_TYPES, ErasedPayload, Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.stored import Columns, of_lines

BLOCK_EVENTS = 256

_compress = zstandard.ZstdCompressor(level=1, write_checksum=True).compress


class _Decompressor(local):
    """One for each thread: it can't be shared, and making it takes as long as opening half a block."""

    def __init__(self) -> None:
        self.decompress = zstandard.ZstdDecompressor().decompress


_decompressor = _Decompressor()


class _Line(msgspec.Struct, frozen=True, gc=False):
    """Recorded, with the bytes of its payload."""

    position: int
    stream: str
    version: int
    time: int
    correlation: int
    cause: int
    code: int
    actor: str
    payload: msgspec.Raw


_encode_lines = msgspec.json.Encoder().encode_lines
_decode_lines = msgspec.json.Decoder(_Line).decode_lines
_decode_events = msgspec.json.Decoder(Recorded).decode_lines

T = TypeVar("T", _Line, Recorded)


def lines_of(columns: Columns) -> bytes:
    """A line for each event."""
    lines = map(
        _Line,
        columns.positions,
        columns.streams,
        columns.versions,
        columns.times,
        columns.correlations,
        columns.causes,
        columns.codes,
        columns.actors,
        map(msgspec.Raw, columns.payloads),
    )
    return _encode_lines(list(lines))


def seal_block(lines: bytes) -> bytes:
    """One zstd frame of the lines."""
    return _compress(lines)


def open_lines(frame: bytes, position: int) -> bytes:
    """The lines of a frame whose first event is said to be `position`; LogCorrupt when it can't be opened."""
    try:
        return _decompressor.decompress(frame)
    except zstandard.ZstdError as error:
        raise LogCorrupt(position, f"its block can't be opened ({error})") from error


def open_columns(frame: bytes, position: int) -> Columns:
    """The stored events of a frame whose first is said to be `position`; LogCorrupt when they are not."""
    lines = _opened(frame, position, _decode_lines)
    return of_lines(map(msgspec.structs.astuple, lines))


def open_events(
    frame: bytes, position: int, start: int, stop: int, types: Collection[str] | None = None
) -> Iterable[Recorded]:
    """The events of a frame from index `start` up to `stop`, of some types or of all.

    At one of them that can't be read, LogCorrupt or UnknownEventType after those before.
    """
    try:
        events = _opened(frame, position, _decode_events)[start:stop]
    except LogCorrupt:
        columns = open_columns(frame, position).part(start, stop)
        return (columns if types is None else columns.chosen(types)).recorded()
    if types is None:
        return events
    chosen = {EVENT_TYPES.get(name) for name in types}
    return [each for each in events if type(each.payload) in chosen or _was_of(each.payload, types)]


def _was_of(payload: Event, types: Collection[str]) -> bool:
    return isinstance(payload, ErasedPayload) and payload.of_type in types


def _opened(frame: bytes, position: int, decode: Callable[[bytes], list[T]]) -> Sequence[T]:
    """The lines of a frame, of which each has its position."""
    try:
        lines = decode(open_lines(frame, position))
    except msgspec.DecodeError as error:
        raise LogCorrupt(position, f"its block can't be opened ({error})") from error
    if [line.position for line in lines] != list(range(position, position + len(lines))) or not lines:
        found = f"event {lines[0].position}" if lines else "nothing"
        raise LogCorrupt(position, f"in its place is {found}")
    return lines
