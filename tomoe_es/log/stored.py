"""From the stored bytes of events to the events, many at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import compress
from typing import Any

import msgspec

from tomoe_es.errors import LogCorrupt, UnknownEventType
from tomoe_es.events import EVENT_TYPES, AnyEvent, ErasedPayload, Event, decode_event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.upcasters import UPCASTERS

decode_events = msgspec.json.Decoder(list[AnyEvent]).decode
"""A JSON array of payloads to the events: one decoding of all together is twice as fast as one for each."""

_decode_erased = msgspec.json.Decoder(ErasedPayload).decode
TAG = b'{"type":"'
"""How a payload begins, before the name of its type."""
_ERASED = TAG + b'ErasedPayload",'


class Columns(msgspec.Struct, frozen=True, gc=False):
    """Stored events, one sequence for each field of the envelope; `types` by name, payloads as JSON."""

    positions: Sequence[int]
    streams: Sequence[str]
    versions: Sequence[int]
    times: Sequence[int]
    correlations: Sequence[int]
    causes: Sequence[int]
    codes: Sequence[int]
    actors: Sequence[str]
    types: Sequence[str]
    payloads: Sequence[bytes]
    erased: dict[int, ErasedPayload] = {}  # what stands for erased payloads, by position

    def recorded(self) -> Iterator[Recorded]:
        """The events; at the first that can't be read, after those before, LogCorrupt or UnknownEventType."""
        try:
            events = decode_events(b"[" + b",".join(self.payloads) + b"]")
            known = list(map(EVENT_TYPES.__getitem__, self.types))
        except (msgspec.DecodeError, KeyError):
            return self._one_by_one()
        if list(map(type, events)) != known:
            return self._one_by_one()
        return map(
            Recorded,
            self.positions,
            self.streams,
            self.versions,
            self.times,
            self.correlations,
            self.causes,
            self.codes,
            self.actors,
            events,
        )

    def chosen(self, types: Collection[str]) -> Columns:
        """Those of the events that have one of the types."""
        return self._where([name in types for name in self.types])

    def of_stream(self, stream: str, after: int) -> Columns:
        """Those of the events that belong to a stream, with version > `after`."""
        pairs = zip(self.streams, self.versions, strict=True)
        return self._where([name == stream and version > after for name, version in pairs])

    def part(self, start: int, stop: int) -> Columns:
        """The events from index `start` up to `stop`."""
        return self._each(lambda column: column[start:stop])

    def _where(self, marks: Sequence[bool]) -> Columns:
        return self._each(lambda column: list(compress(column, marks)))

    def _each(self, change: Callable[[Sequence[Any]], Sequence[Any]]) -> Columns:
        fields = {
            field: change(getattr(self, field)) for field in self.__struct_fields__ if field != "erased"
        }
        kept = {at: erased for at, erased in self.erased.items() if at in fields["positions"]}
        return Columns(**fields, erased=kept)

    def _one_by_one(self) -> Iterator[Recorded]:
        for position, stream, version, time, correlation, cause, code, actor, type_name, payload in zip(
            self.positions,
            self.streams,
            self.versions,
            self.times,
            self.correlations,
            self.causes,
            self.codes,
            self.actors,
            self.types,
            self.payloads,
            strict=True,
        ):
            event = decode_stored(position, type_name, payload)
            yield Recorded(position, stream, version, time, correlation, cause, code, actor, event)


def of_lines(lines: Iterable[tuple[Any, ...]]) -> Columns:
    """Stored events whose types stand in their payloads only, a tuple each; LogCorrupt where one has none."""
    positions, streams, versions, times, correlations, causes, codes, actors, raws = zip(*lines, strict=True)
    payloads = list(map(bytes, raws))
    types = [_TYPE_NAMES[payload.partition(b'",')[0]] for payload in payloads]
    erased = {}
    if not _SPECIAL.isdisjoint(types):
        for index, (position, payload) in enumerate(zip(positions, payloads, strict=True)):
            if types[index] == _NO_TYPE:
                raise LogCorrupt(position, "its payload does not begin with its type")
            if types[index] == ErasedPayload.__name__:
                erased[position] = erased_payload(position, payload)
                types[index] = erased[position].of_type
    return Columns(
        positions, streams, versions, times, correlations, causes, codes, actors, types, payloads, erased
    )


_NO_TYPE = ""
_SPECIAL = {_NO_TYPE, ErasedPayload.__name__}


class _TypeNames(dict[bytes, str]):
    """Type names by how a payload begins."""

    def __missing__(self, beginning: bytes) -> str:
        if not beginning.startswith(TAG):
            return _NO_TYPE
        name = beginning.removeprefix(TAG).partition(b'"')[0].decode(errors="replace")
        if name in EVENT_TYPES:
            self[beginning] = name
        return name


_TYPE_NAMES = _TypeNames()


def decode_stored(position: int, type_name: str, payload: bytes) -> Event:
    """Decode one payload, of a present or a former form; LogCorrupt or UnknownEventType name the position."""
    if type_name not in EVENT_TYPES and type_name not in UPCASTERS:
        raise UnknownEventType(type_name, position)
    if payload.startswith(_ERASED):
        erased = erased_payload(position, payload)
        if erased.of_type != type_name:
            raise LogCorrupt(position, f"it is stored as '{type_name}' but was erased as '{erased.of_type}'")
        return erased
    try:
        event, stored_name = _decode(type_name, payload)
    except msgspec.DecodeError as error:
        raise LogCorrupt(position, f"its payload is not a {type_name} ({error})") from error
    if stored_name != type_name:
        raise LogCorrupt(position, f"it is stored as '{type_name}' but its payload says '{stored_name}'")
    return event


def erased_payload(position: int, payload: bytes) -> ErasedPayload:
    """What stands for an erased payload; LogCorrupt where it can't be read."""
    try:
        return _decode_erased(payload)
    except msgspec.DecodeError as error:
        raise LogCorrupt(position, f"what stands for its erased payload can't be read ({error})") from error


def _decode(type_name: str, payload: bytes) -> tuple[Event, str]:
    """The event, and the type name that its payload bears; raises msgspec.DecodeError."""
    try:
        event: Event = decode_event(payload)
        return event, type(event).__name__
    except msgspec.ValidationError:
        if type_name not in UPCASTERS:
            raise
        former = msgspec.json.decode(payload, type=dict)
        present = UPCASTERS[type_name](dict(former))
        return msgspec.convert(present, AnyEvent), former.get("type", "")
