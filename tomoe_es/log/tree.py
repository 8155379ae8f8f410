"""The Merkle tree over all events of a folder's log, in the tiles of C2SP tlog-tiles.

A tile of level 0 is 256 leaf hashes; it is made from its events when it is asked for, since a sealed block
keeps the root over them. Full tiles of higher levels are files below `tile/`, so that the tree of ten years
is not computed again for each checkpoint.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import zip_longest
from pathlib import Path

from tomoe_es.errors import LogCorrupt
from tomoe_es.log import merkle
from tomoe_es.log.leaf import leaf_hashes
from tomoe_es.log.leaf import leaves as leaves_of
from tomoe_es.log.live_segment import sync_path
from tomoe_es.log.nights_reader import SegmentReader, open_segment
from tomoe_es.log.sealed_block import BLOCK_EVENTS as TILE
from tomoe_es.log.sealed_reader import SealedReader
from tomoe_es.log.segment_names import SegmentName, list_segments
from tomoe_es.log.segment_trouble import NamedReading, NamedTrouble

HASH_BYTES = 32
_STORED = TILE * TILE
"""Events below a tile of level 1."""


def tile_path(level: int | str, index: int, width: int = TILE) -> str:
    """Path of a tile as C2SP tlog-tiles names it, such as `tile/1/x001/234` or `tile/0/000.p/17`.

    In the place of the level, "entries" names the bundles of leaves.
    """
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    return f"tile/{level}/{'/'.join(groups)}" + ("" if width == TILE else f".p/{width}")


def to_be_hashed(folder: Path, size: int) -> int:
    """Events among the first `size` whose leaves the root needs, since neither block nor tile has theirs."""
    segments = list_segments(folder)
    missing = 0
    for segment, following in zip_longest(segments, segments[1:]):
        after = segment.first_position - 1
        end = size if following is None else min(following.first_position - 1, size)
        if segment.sealed_path(folder).exists():
            continue
        while after < end:
            tile = after // _STORED
            upto = min((tile + 1) * _STORED, end)
            if upto < (tile + 1) * _STORED or not (folder / tile_path(1, tile)).exists():
                missing += upto - after
            after = upto
    return missing


class LogTree:
    """Hashes of the tree of the first `size` events."""

    def __init__(
        self,
        folder: Path,
        recomputed_roots: dict[int, bytes] | None = None,
        trusting_others: bool = True,
        opening: Callable[[Path, SegmentName], SegmentReader] = open_segment,
    ) -> None:
        """`recomputed_roots`, of level-0 tiles by number, go before stored ones; these count if trusted."""
        self._folder = folder
        with NamedReading(folder):
            self._segments = list_segments(folder)
        self._open = lru_cache(maxsize=8)(partial(opening, folder))
        self._recomputed = recomputed_roots or {}
        self._trusts_stored = trusting_others
        self.tile = lru_cache(maxsize=512)(self._tile)

    @property
    def size(self) -> int:
        """Number of events in the log."""
        if not self._segments:
            return 0
        last = self._segments[-1]
        with NamedTrouble(self._folder, last, last.first_position):
            return self._open(last).end()[0]

    def root(self, size: int) -> bytes:
        """Root of the tree of the first `size` events."""
        return merkle.root(size, self.subtree)

    def subtree(self, level: int, index: int) -> bytes:
        """Hash of the full subtree of 2**level events from event index * 2**level + 1 on."""
        tile_level, depth = divmod(level, 8)
        first = index << depth
        if depth == 0 and tile_level > 0:
            return self._root_of_tile(tile_level - 1, index)
        hashes = self.tile(tile_level, first // TILE, first % TILE + (1 << depth))
        return merkle.any_root(hashes[first % TILE : first % TILE + (1 << depth)])

    def leaf(self, position: int) -> bytes:
        """The leaf's bytes of one event."""
        return self.leaves(position - 1, position)[0]

    def _tile(self, level: int, index: int, width: int) -> list[bytes]:
        """The first `width` hashes of a tile."""
        if level == 0:
            return leaf_hashes(self.leaves(index * TILE, index * TILE + width))
        path = self._folder / tile_path(level, index)
        if self._trusts_stored and not self._recomputed and path.exists():
            content = path.read_bytes()
            starts = range(0, width * HASH_BYTES, HASH_BYTES)
            return [content[start : start + HASH_BYTES] for start in starts]
        return [self._root_of_tile(level - 1, index * TILE + each) for each in range(width)]

    def store_full_tiles(self, size: int) -> None:
        """Write the full tiles of level 1 and above of the tree of `size` events that are not there yet."""
        level, count = 1, size // TILE // TILE
        while count:
            for index in reversed(range(count)):
                path = self._folder / tile_path(level, index)
                if path.exists():
                    break
                path.parent.mkdir(parents=True, exist_ok=True)
                draft = path.with_name(f".{path.name}.{os.getpid()}")
                draft.write_bytes(b"".join(self.tile(level, index, TILE)))
                sync_path(draft)
                draft.rename(path)
            level, count = level + 1, count // TILE

    def _root_of_tile(self, level: int, index: int) -> bytes:
        """Root over a full tile."""
        if level > 0:
            return merkle.any_root(self.tile(level, index, TILE))
        if index in self._recomputed:
            return self._recomputed[index]
        first, last = index * TILE + 1, (index + 1) * TILE
        reader = self._open(self._segment_of(first))
        if self._trusts_stored and isinstance(reader, SealedReader):
            stored = reader.block_root(first, last)
            if stored is not None:
                return stored
        return merkle.any_root(self.tile(0, index, TILE))

    def leaves(self, after: int, upto: int) -> list[bytes]:
        """Leaf bytes of the events with `after` < position <= `upto`."""
        found: list[bytes] = []
        while len(found) < upto - after:
            first = after + len(found) + 1
            found += leaves_of(self._lines(first - 1, upto), first)
        return found

    def line(self, position: int) -> bytes:
        """The line of one event."""
        return self._lines(position - 1, position)

    def _lines(self, after: int, upto: int) -> bytes:
        segment = self._segment_of(after + 1)
        with NamedTrouble(self._folder, segment, after + 1):
            return self._open(segment).lines(after, upto)

    def _segment_of(self, position: int) -> SegmentName:
        for segment in reversed(self._segments):
            if segment.first_position <= position:
                return segment
        raise LogCorrupt(position, "the file of its night is missing")
