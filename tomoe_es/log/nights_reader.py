"""Reads across the segments of a log as if it were one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TypeVar

from tomoe_es.errors import LogCorrupt
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.live_reader import LiveReader
from tomoe_es.log.nights_index import INDEX_FILE, NightsIndex
from tomoe_es.log.segment_names import SegmentName, list_segments

_OPEN_AT_MOST = 8

T = TypeVar("T")


class NightsReader:
    """The segments of a folder, opened when they are needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._segments: list[SegmentName] = []
        self._readers: dict[SegmentName, LiveReader] = {}  # the least recently used one first
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
            head, closed = self._with_reader(segments[-1], LiveReader.end)
            if not closed or segments == self._look():
                return head
            segments = self._segments
        return 0

    def read(self, after: int, until: int, types: Collection[str] | None) -> Iterator[Recorded]:
        """Events with `after` < position <= `until`; `until` is at most the head."""
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
                chunk = partial(LiveReader.chunk, after=after, until=last, types=types)
                events, after = self._with_reader(segments[index], chunk)
                yield from events

    def read_stream(self, stream: str, after: int) -> Iterator[Recorded]:
        """Events of one stream with version > `after`."""
        for segment in self._segments_with(stream, after):
            done = -1
            while done != after:
                done = after
                chunk = partial(LiveReader.stream_chunk, stream=stream, after=after)
                events, after = self._with_reader(segment, chunk)
                yield from events

    def _segments_with(self, stream: str, after: int) -> list[SegmentName]:
        """Segments that may hold versions of a stream > `after`: those that the index names or does not know."""
        self.head()
        closed = self._segments[:-1]
        if closed and (self._folder / INDEX_FILE).exists():
            index = NightsIndex(self._folder)
            asked = set(index.segments_of(stream, after))
            asked.update(index.missing(segment.first_position for segment in closed))
            index.close()
            closed = [segment for segment in closed if segment.first_position in asked]
        return closed + self._segments[-1:]

    def _with_reader(self, segment: SegmentName, call: Callable[[LiveReader], T]) -> T:
        with self._lock:
            reader = self._readers.pop(segment, None) or LiveReader(self._folder, segment)
            self._readers[segment] = reader
            if len(self._readers) > _OPEN_AT_MOST:
                self._readers.pop(next(iter(self._readers))).close()
        return call(reader)

    def _look(self) -> list[SegmentName]:
        self._segments = list_segments(self._folder)
        return self._segments
