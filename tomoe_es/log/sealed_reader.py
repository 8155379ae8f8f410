"""Reads a sealed segment, a block at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from tomoe_es.errors import LogCorrupt
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.nights_index import Summary
from tomoe_es.log.sealed_block import open_columns, open_events, open_lines
from tomoe_es.log.sealed_segment import SealedFile
from tomoe_es.log.segment_names import SegmentName
from tomoe_es.log.stored import Columns


class SealedReader:
    """The events of one sealed night."""

    def __init__(self, folder: Path, name: SegmentName) -> None:
        self.name = name
        self._file = SealedFile(name.sealed_path(folder), name)

    def close(self) -> None:
        """No file stays open between calls."""

    @property
    def damage(self) -> str:
        """What is damaged at the file's end, although blocks can be read; empty when nothing is."""
        return self._file.damage

    def refuse_if_damaged(self) -> None:
        """Raise LogCorrupt at the last event when it can be read, and is not as it was written."""
        self._file.refuse_if_damaged()

    def end(self) -> tuple[int, bool]:
        """Position of the last event, and that the segment is closed."""
        return self._file.footer.last_position, True

    def chunk(self, after: int, until: int, types: Collection[str] | None) -> tuple[Iterable[Recorded], int]:
        """The next events with `after` < position <= `until`, and the position up to which that is all."""
        footer = self._file.footer
        if after >= footer.last_position:
            raise LogCorrupt(after + 1, "it is missing")
        until = min(until, footer.last_position)
        last_block = footer.block_of(until)
        block = footer.block_of(after + 1)
        if types is not None:
            wanted = sum(1 << bit for bit, name in enumerate(footer.types) if name in types)
            while not footer.block_types[block] & wanted:
                if block == last_block:
                    return iter(()), until
                block += 1
        first = footer.first_of(block)
        last = footer.first_of(block + 1) - 1 if block < last_block else until
        start, stop = max(0, after + 1 - first), last + 1 - first
        return open_events(self._file.block(block), first, start, stop, types), last

    def stream_chunk(self, stream: str, after: int) -> tuple[Iterable[Recorded], int]:
        """All events of a stream with version > `after`, and the last version among them."""
        place = self._file.streams.get(stream)
        if place is None or place.last_version <= after:
            return iter(()), after
        return self._of_stream(stream, after, place.blocks), place.last_version

    def stored(self, after: int, upto: int) -> Columns:
        """What is stored of the events with `after` < position <= `upto`, as far as one block holds them."""
        footer = self._file.footer
        if not footer.first_position <= after + 1 <= footer.last_position:
            raise LogCorrupt(after + 1, "it is missing")
        block = footer.block_of(after + 1)
        first = footer.first_of(block)
        return open_columns(self._file.block(block), first).part(after + 1 - first, upto + 1 - first)

    def lines(self, after: int, upto: int) -> bytes:
        """The lines of the events with `after` < position <= `upto`, as far as one block holds them."""
        footer = self._file.footer
        if not footer.first_position <= after + 1 <= footer.last_position:
            raise LogCorrupt(after + 1, "it is missing")
        block = footer.block_of(after + 1)
        first = footer.first_of(block)
        lines = open_lines(self._file.block(block), first)
        last = footer.first_of(block + 1) - 1
        if after + 1 == first and upto >= min(last, footer.last_position):
            return lines
        return b"".join(lines.splitlines(keepends=True)[after + 1 - first : upto + 1 - first])

    def block_root(self, first: int, last: int) -> bytes | None:
        """Stored root over the leaves of the block from `first` to `last`; None when it is not (all) here."""
        footer = self._file.footer
        if not footer.has_index or first < footer.first_position or last > footer.last_position:
            return None
        return bytes.fromhex(footer.block_roots[footer.block_of(first)])

    def summary(self) -> Summary:
        """What the index of nights keeps of this segment."""
        return Summary(self.stream_versions(), self._file.commands())

    def stream_versions(self) -> list[tuple[str, int]]:
        """Name and last version of each stream in it."""
        return [(stream, place.last_version) for stream, place in self._file.streams.items()]

    def _of_stream(self, stream: str, after: int, blocks: list[int]) -> Iterator[Recorded]:
        for block in blocks:
            columns = open_columns(self._file.block(block), self._file.footer.first_of(block))
            if columns.versions[-1 - columns.streams[::-1].index(stream)] > after:
                yield from columns.of_stream(stream, after).recorded()
