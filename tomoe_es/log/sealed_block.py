"""Up to 256 events as one zstd frame: a line of JSON with a named column for each field.

`time`, `version`, `correlation` and `code` hold differences from the event before, `cause` the distance back.
The payloads stand there as the very bytes that were appended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from operator import sub
from threading import local
from typing import Any, Generic, TypeVar

import msgspec
import zstandard

from tomoe_es.errors import LogCorrupt
from tomoe_es.events import AnyEvent
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.stored import Columns

BLOCK_EVENTS = 256

_compress = zstandard.ZstdCompressor(level=3, write_checksum=True).compress


class _Decompressor(local):
    """One for each thread: it can't be shared, and making it takes as long as opening half a block."""

    def __init__(self) -> None:
        self.decompress = zstandard.ZstdDecompressor().decompress


_decompressor = _Decompressor()

T = TypeVar("T")


class _Block(msgspec.Struct, Generic[T], gc=False):
    position: int  # of the first event; the others follow without a gap
    streams: list[str]
    types: list[str]
    actors: list[str]
    stream: list[int]  # indices into `streams`, `types`, `actors`
    type: list[int]
    actor: list[int]
    version: list[int]
    time: list[int]
    correlation: list[int]
    cause: list[int]
    code: list[int]
    payload: list[T]


_encode = msgspec.json.Encoder().encode
_decode_raw = msgspec.json.Decoder(_Block[msgspec.Raw]).decode
_decode_whole = msgspec.json.Decoder(_Block[AnyEvent]).decode  # type: ignore[valid-type]  # built from the modules


def seal_block(columns: Columns) -> bytes:
    """One zstd frame of the events, which have positions without gaps."""
    streams, types, actors = (
        {name: index for index, name in enumerate(dict.fromkeys(names))}
        for names in (columns.streams, columns.types, columns.actors)
    )
    block = _Block(
        position=columns.positions[0],
        streams=list(streams),
        types=list(types),
        actors=list(actors),
        stream=[streams[name] for name in columns.streams],
        type=[types[name] for name in columns.types],
        actor=[actors[name] for name in columns.actors],
        version=_differences(columns.versions),
        time=_differences(columns.times),
        correlation=_differences(columns.correlations),
        cause=list(map(sub, columns.positions, columns.causes)),
        code=_differences(columns.codes),
        payload=[msgspec.Raw(payload) for payload in columns.payloads],
    )
    return _compress(_encode(block) + b"\n")


def open_columns(frame: bytes, position: int) -> Columns:
    """The stored events of a frame whose first is said to be `position`; LogCorrupt when they are not."""
    block = _opened(frame, position, _decode_raw)
    positions, streams, versions, times, correlations, causes, codes, actors = _envelope(block)
    return Columns(
        positions,
        streams,
        versions,
        times,
        correlations,
        causes,
        codes,
        actors,
        list(map(block.types.__getitem__, block.type)),
        list(map(bytes, block.payload)),
    )


def open_events(frame: bytes, position: int) -> Iterator[Recorded]:
    """The events of a frame; at one that can't be read, LogCorrupt or UnknownEventType after those before."""
    try:
        block = _opened(frame, position, _decode_whole)
    except LogCorrupt:
        return open_columns(frame, position).recorded()
    return map(Recorded, *_envelope(block), block.payload)


def _opened(frame: bytes, position: int, decode: Callable[[bytes], _Block[T]]) -> _Block[T]:
    try:
        block = decode(_decompressor.decompress(frame))
    except (zstandard.ZstdError, msgspec.DecodeError) as error:
        raise LogCorrupt(position, f"its block can't be opened ({error})") from error
    if block.position != position:
        raise LogCorrupt(position, f"in its place is the block of event {block.position}")
    return block


def _envelope(block: _Block[T]) -> tuple[Any, ...]:
    """The first fields of Columns and of Recorded."""
    positions = range(block.position, block.position + len(block.payload))
    return (
        positions,
        list(map(block.streams.__getitem__, block.stream)),
        list(accumulate(block.version)),
        list(accumulate(block.time)),
        list(accumulate(block.correlation)),
        list(map(sub, positions, block.cause)),
        list(accumulate(block.code)),
        list(map(block.actors.__getitem__, block.actor)),
    )


def _differences(values: Sequence[int]) -> list[int]:
    return [values[0], *(after - before for before, after in pairwise(values))]
