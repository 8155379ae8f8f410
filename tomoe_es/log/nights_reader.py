"""Reads across the segments of a log as if it were one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Protocol, TypeVar

import apsw

from tomoe_es.errors import LogCorrupt, LogError
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.live_reader import LiveReader
from tomoe_es.log.nights_index import INDEX_FILE, NightsIndex, Summary
from tomoe_es.log.sealed_reader import SealedReader
from tomoe_es.log.segment_names import SegmentName, list_segments
from tomoe_es.log.segment_trouble import NamedReading, NamedTrouble
from tomoe_es.log.stored import Columns
from tomoe_es.log.untouched_reader import UntouchedReader, may_be_written

_OPEN_AT_MOST = 8

T = TypeVar("T")


class SegmentReader(Protocol):
    """Reads one segment, live or sealed."""

    def end(self) -> tuple[int, bool]:
        """Position of the last event, and whether the segment is closed."""

    def chunk(self, after: int, until: int, types: Collection[str] | None) -> tuple[Iterable[Recorded], int]:
        """The next events with `after` < position <= `until`, and the position up to which that is all."""

    def stream_chunk(self, stream: str, after: int) -> tuple[Iterable[Recorded], int]:
        """The next events of a stream with version > `after`, and the last version among them."""

    def stored(self, after: int, upto: int) -> Columns:
        """What is stored of the next events with `after` < position <= `upto`."""

    def lines(self, after: int, upto: int) -> bytes:
        """Their lines, as they are in the sealed file, or will be."""

    def summary(self) -> Summary:
        """What the index of nights keeps of this segment."""

    def close(self) -> None:
        """Release what is open."""


def open_segment(folder: Path, name: SegmentName) -> SegmentReader:
    """Reader of a segment, of its sealed file where there is one; LogUnavailable when it may not be read."""
    if name.sealed_path(folder).exists():
        with NamedReading(name.sealed_path(folder)):
            return SealedReader(folder, name)
    live = name.live_path(folder)
    return LiveReader(folder, name) if may_be_written(live) else UntouchedReader(folder, name)


OpenSegment = Callable[[Path, SegmentName], SegmentReader]


class NightsReader:
    """The segments of a folder, opened when they are needed."""

    def __init__(self, folder: Path, opening: OpenSegment = open_segment, *, uses_index: bool = True) -> None:
        """`uses_index` False: no file of the folder but the segments is opened."""
        self._folder, self._open_segment, self._uses_index = folder, opening, uses_index
        self._segments: list[SegmentName] = []
        self._readers: dict[SegmentName, SegmentReader] = {}  # the least recently used one first
        self._lock = Lock()

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            for reader in self._readers.values():
                reader.close()
            self._readers.clear()

    def head(self) -> int:
        """Position of the last event; 0 when the log is empty."""
        segments = self._segments or self._look()
        while segments:
            head, closed = self._with_reader(
                segments[-1], segments[-1].first_position, lambda reader: reader.end()
            )
            if not closed or segments == self._look():
                return head
            segments = self._segments
        return 0

    def chunks(
        self, after: int, until: int | None, types: Collection[str] | None
    ) -> Iterator[Iterable[Recorded]]:
        """Events with `after` < position <= `until`, some at a time; `until` None: up to the head.

        Who reads on from the end of the last night meets LogCorrupt there if its file is damaged: nothing
        tells that no more events were in it. Of a night before, the first position of the next one tells.
        """
        head, damage = self._head_and_damage(until)
        segments = self._segments
        yield from self._chunks(after, head if until is None else min(until, head), types)
        if until is not None and until <= head:
            return
        if damage is not None:
            raise damage
        if after < head:
            self._with_reader(segments[-1], head, _refuse_damaged_end)

    def _head_and_damage(self, until: int | None) -> tuple[int, LogError | None]:
        """Up to which position there is something to read, and why not further.

        Events in the nights before the last one can be read whatever has become of the last one's file.
        """
        segments = self._segments or self._look()
        before_last = segments[-1].first_position - 1 if segments else 0
        if until is not None and until <= before_last:
            return before_last, None
        try:
            return self.head(), None
        except LogError as error:
            return self._segments[-1].first_position - 1, error

    def _chunks(self, after: int, until: int, types: Collection[str] | None) -> Iterator[Iterable[Recorded]]:
        segments = self._segments
        if until <= after or (types is not None and not types):
            return
        if after + 1 < segments[0].first_position:
            raise LogCorrupt(after + 1, "the file of its night is missing")
        start = bisect_right(segments, after + 1, key=lambda segment: segment.first_position) - 1
        for index in range(start, len(segments)):
            last = segments[index + 1].first_position - 1 if index + 1 < len(segments) else until
            last = min(last, until)
            while after < last:
                call = partial(_chunk, after=after, until=last, types=types)
                events, after = self._with_reader(segments[index], after + 1, call)
                yield events

    def stream_chunks(self, stream: str, after: int) -> Iterator[Iterable[Recorded]]:
        """Events of one stream with version > `after`, some at a time."""
        for segment in self._segments_with(stream, after):
            done = -1
            while done != after:
                done = after
                call = partial(_stream_chunk, stream=stream, after=after)
                events, after = self._with_reader(segment, segment.first_position, call)
                yield events

    def _segments_with(self, stream: str, after: int) -> list[SegmentName]:
        """Segments that may hold versions of a stream > `after`; those unknown to the index among them."""
        self._head_and_damage(None)  # looks which segments there are; damage is met where it is read
        closed = self._segments[:-1]
        if closed and self._uses_index and self._has_index():
            index = NightsIndex(self._folder)
            asked = set(index.segments_of(stream, after))
            asked.update(index.missing(segment.number for segment in closed))
            index.close()
            closed = [segment for segment in closed if segment.number in asked]
        return closed + self._segments[-1:]

    def _has_index(self) -> bool:
        """Whether the index can be asked; without the right to write, SQLite can't open it."""
        path = self._folder / INDEX_FILE
        return path.exists() and may_be_written(path)

    def _with_reader(self, segment: SegmentName, position: int, call: Callable[[SegmentReader], T]) -> T:
        """Call a method of the segment's reader; trouble with its file is named at `position`."""
        with NamedTrouble(self._folder, segment, position):
            try:
                return call(self._reader(segment))
            except apsw.CantOpenError:
                if not segment.sealed_path(self._folder).exists():
                    raise
                with self._lock:  # it was sealed since it was opened
                    self._readers.pop(segment, None)
                return call(self._reader(segment))

    def _reader(self, segment: SegmentName) -> SegmentReader:
        with self._lock:
            reader = self._readers.pop(segment, None)
            if isinstance(reader, LiveReader) and self._was_sealed(segment):
                reader.close()  # what is read on from a removed file may have been erased since
                reader = None
            reader = reader or self._open_segment(self._folder, segment)
            self._readers[segment] = reader
            if len(self._readers) > _OPEN_AT_MOST:
                self._readers.pop(next(iter(self._readers))).close()
        return reader

    def _was_sealed(self, segment: SegmentName) -> bool:
        return segment != self._segments[-1] and segment.sealed_path(self._folder).exists()

    def _look(self) -> list[SegmentName]:
        with NamedReading(self._folder):
            self._segments = list_segments(self._folder)
        return self._segments


def _chunk(
    reader: SegmentReader, after: int, until: int, types: Collection[str] | None
) -> tuple[Iterable[Recorded], int]:
    return reader.chunk(after, until, types)


def _refuse_damaged_end(reader: SegmentReader) -> None:
    if isinstance(reader, SealedReader):
        reader.refuse_if_damaged()


def _stream_chunk(reader: SegmentReader, stream: str, after: int) -> tuple[Iterable[Recorded], int]:
    return reader.stream_chunk(stream, after)
