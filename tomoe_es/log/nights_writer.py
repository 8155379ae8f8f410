"""Appends to the segment of the night, and goes on to the next night's segment when its time has come."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import takewhile
from pathlib import Path

from tomoe_es.log import live_segment
from tomoe_es.log.group_commit import Request
from tomoe_es.log.nights_index import NightsIndex
from tomoe_es.log.nights_reader import open_segment
from tomoe_es.log.segment_names import SegmentName, list_segments
from tomoe_es.log.segment_writer import NightEnded, SegmentWriter
from tomoe_es.night import night_of


class NightsWriter:
    """Writes to the last segment of a folder; used by one thread at a time.

    A segment begins with the first append whose first event lies in a night that has no segment yet.
    So every night has one, and an event that comes late goes to the night that is open.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: SegmentWriter | None = None
        self._index: NightsIndex | None = None
        self._nights: set[str] = set()

    def close(self) -> None:
        """Close what is open."""
        for opened in (self._writer, self._index):
            if opened is not None:
                opened.close()

    def commit(self, requests: list[Request]) -> None:
        """Write the requests, in their order, those of one night in one transaction."""
        while requests:
            writer = self._writer or self._open_last()
            todo = list(takewhile(self._is_of_open_night, requests))
            if writer is None or not todo:
                night = night_of(requests[0].time)
                self._go_on_to(writer.end_night(night) if writer else SegmentName(1, 1, night))
                continue
            try:
                writer.commit(todo)
                requests = requests[len(todo) :]
            except NightEnded as ended:
                self._go_on_to(ended.successor)

    def end_night(self, night: str) -> None:
        """Close the segment of a night, so that it can be sealed; does nothing when a later one is open."""
        writer = self._open_last()
        if writer is None or writer.name.night != night:
            return
        following = date.fromisoformat(night) + timedelta(days=1)
        while following.isoformat() in self._nights:
            following += timedelta(days=1)
        self._go_on_to(writer.end_night(following.isoformat()))

    def _is_of_open_night(self, request: Request) -> bool:
        """Whether a request goes to the open segment; otherwise it begins the one of a new night."""
        writer, time = self._writer, request.time
        return writer is not None and (writer.is_in_night(time) or night_of(time) in self._nights)

    def _open_last(self) -> SegmentWriter | None:
        if self._writer is None:
            segments = list_segments(self._folder)
            if segments:
                self._open(segments)
        return self._writer

    def _go_on_to(self, successor: SegmentName) -> None:
        """Open the segment after the present one; its file is made once the index knows all before it."""
        segments = list_segments(self._folder)
        if successor not in segments:
            self._complete_index(segments)
            live_segment.create(self._folder, successor)
            segments = list_segments(self._folder)
        self._open(segments)

    def _open(self, segments: list[SegmentName]) -> None:
        self._complete_index(segments[:-1])
        if self._writer is not None:
            self._writer.close()
        self._nights = {segment.night for segment in segments}
        self._writer = SegmentWriter(self._folder, segments[-1], self._index)

    def _complete_index(self, closed: list[SegmentName]) -> None:
        if not closed:
            return
        if self._index is None:
            self._index = NightsIndex(self._folder)
        missing = set(self._index.missing(segment.number for segment in closed))
        for segment in closed:
            if segment.number in missing:
                reader = open_segment(self._folder, segment)
                self._index.add(segment.number, reader.summary())
                reader.close()
