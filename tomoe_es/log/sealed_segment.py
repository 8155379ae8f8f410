"""The read-only file of a sealed night: `zstd -dc FILE` prints it as JSON, a line for each event.

blocks     zstd frames of at most 256 events; each but the first begins at a position 256 n + 1, so that a
           block is also a tile of the Merkle tree
streams    zstd frame: for each stream its last version and the numbers of its blocks
commands   zstd frame: the command ids of the night, with their answers
footer     zstd frame: where all that is, the types in each block, the root over each block's leaves
end        zstd skippable frame of 48 bytes: offset of the footer (8, little-endian), its SHA-256 (32)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cached_property
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
import zstandard

from tomoe_es.errors import LogCorrupt
from tomoe_es.log.leaf import leaf_hashes, leaves
from tomoe_es.log.merkle import any_root
from tomoe_es.log.nights_index import Summary
from tomoe_es.log.sealed_block import lines_of, seal_block
from tomoe_es.log.sealed_footer import END_BYTES, END_MAGIC, Footer
from tomoe_es.log.sealed_rescue import rescue
from tomoe_es.log.segment_names import SegmentName
from tomoe_es.log.stored import Columns

T = TypeVar("T")


class StreamPlace(msgspec.Struct, frozen=True, array_like=True):
    """Where a stream's events are in a sealed night."""

    last_version: int
    blocks: list[int]


_compress = zstandard.ZstdCompressor(level=9, write_checksum=True).compress


def write_sealed(file: BinaryIO, name: SegmentName, night: Iterator[Columns], summary: Summary) -> Footer:
    """Write a whole night; `night` gives its events, without gaps, cut at the borders of the blocks."""
    offsets, block_types, block_times, block_roots = [0], [], [], []
    types: dict[str, int] = {}
    blocks_of: dict[str, list[int]] = {}
    last_position = name.first_position - 1
    for block, columns in enumerate(night):
        lines = lines_of(columns)
        file.write(seal_block(lines))
        offsets.append(file.tell())
        block_types.append(
            sum(1 << types.setdefault(each, len(types)) for each in sorted(set(columns.types)))
        )
        block_times.append(columns.times[0])
        block_roots.append(any_root(leaf_hashes(leaves(lines, columns.positions[0]))).hex())
        for stream in set(columns.streams):
            blocks_of.setdefault(stream, []).append(block)
        last_position = columns.positions[-1]
    versions = dict(summary.streams)
    places = {stream: StreamPlace(versions[stream], blocks) for stream, blocks in blocks_of.items()}
    file.write(_frame(places))
    streams_end = file.tell()
    file.write(_frame(summary.commands))
    footer = Footer(
        name.night,
        name.number,
        name.first_position,
        last_position,
        offsets,
        list(types),
        block_types,
        block_times,
        block_roots,
        streams_end,
        file.tell(),
    )
    frame = _frame(footer)
    file.write(frame)
    file.write(END_MAGIC + footer.commands_end.to_bytes(8, "little") + sha256(frame).digest())
    return footer


class SealedFile:
    """A sealed night, read by any number of threads; no file stays open.

    When a payload is erased, another file takes the place of this one: the same events, at other offsets.
    """

    def __init__(self, path: Path, name: SegmentName) -> None:
        """Read its footer; where that is damaged, look for the blocks; LogCorrupt where there is none."""
        self.name = name
        self._path = path
        with path.open("rb", buffering=0) as file:
            self._known = _identity(file), *self._read_footer(file)

    @property
    def footer(self) -> Footer:
        """What the night holds, and where."""
        return self._known[1]

    @property
    def damage(self) -> str:
        """What is damaged at the file's end; empty when nothing is."""
        return self._known[2]

    def refuse_if_damaged(self) -> None:
        """Raise LogCorrupt at the last event when it can be read and is not as it was written."""
        if self.damage:
            last = self.footer.last_position
            raise self._damaged(f"{self.damage}; events up to {last} can be read", last)

    def block(self, number: int) -> bytes:
        """The frame of a block."""
        return self._read(lambda footer: (footer.offsets[number], footer.offsets[number + 1]))

    @cached_property
    def streams(self) -> dict[str, StreamPlace]:
        """Where each stream's events are."""
        self._require_index()
        frame = self._read(lambda footer: (footer.offsets[-1], footer.streams_end))
        return self._decode(frame, dict[str, StreamPlace])

    def commands(self) -> list[tuple[str, int, int, int, int]]:
        """The command ids of the night, with their answers."""
        self._require_index()
        frame = self._read(lambda footer: (footer.streams_end, footer.commands_end))
        return self._decode(frame, list[tuple[str, int, int, int, int]])

    def _read(self, place: Callable[[Footer], tuple[int, int]]) -> bytes:
        """The bytes of a place that the footer of the present file tells."""
        with self._path.open("rb", buffering=0) as file:
            (identity, footer, _) = self._known
            if _identity(file) != identity:
                footer, damage = self._read_footer(file)
                self._known = _identity(file), footer, damage
            return _bytes(file, *place(footer))

    def _require_index(self) -> None:
        if not self.footer.has_index:
            raise self._damaged(self.damage)

    def _read_footer(self, file: FileIO) -> tuple[Footer, str]:
        """The footer, and what is damaged about it."""
        size = os.fstat(file.fileno()).st_size
        end = _bytes(file, max(0, size - END_BYTES), size)
        start = min(size, int.from_bytes(end[8:16], "little"))
        frame = _bytes(file, start, size - END_BYTES)
        if end.startswith(END_MAGIC) and sha256(frame).digest() == end[16:]:
            footer = self._decode(frame, Footer)
            if not footer.is_of(self.name):
                raise self._damaged(
                    f"it holds the night {footer.night} from event {footer.first_position} on"
                )
            return footer, ""
        rescued = rescue(_bytes(file, 0, size), self.name)
        if rescued is None:
            raise self._damaged("no event of it can be read")
        return rescued

    def _decode(self, frame: bytes, kind: type[T]) -> T:
        try:
            line = zstandard.ZstdDecompressor().decompress(frame)
            return msgspec.json.decode(line, type=kind)
        except (zstandard.ZstdError, msgspec.DecodeError) as error:
            raise self._damaged(f"its index can't be opened ({error})") from error

    def _damaged(self, reason: str, position: int | None = None) -> LogCorrupt:
        what = f"the file of the sealed night {self.name.night} is damaged: {reason}"
        return LogCorrupt(position or self.name.first_position, what)


def _identity(file: FileIO) -> tuple[int, int]:
    """Differs when another file was renamed to the same name."""
    status = os.fstat(file.fileno())
    return status.st_ino, status.st_mtime_ns


def _bytes(file: FileIO, start: int, end: int) -> bytes:
    return os.pread(file.fileno(), max(0, end - start), start)


def _frame(value: object) -> bytes:
    return _compress(msgspec.json.encode(value) + b"\n")
