"""What stands at the end of a sealed file: where its blocks are and what they hold."""

from __future__ import annotations

import msgspec

from tomoe_es.log.sealed_block import BLOCK_EVENTS
from tomoe_es.log.segment_names import SegmentName

END_MAGIC = bytes.fromhex("502a4d18") + (40).to_bytes(4, "little")  # a zstd skippable frame of 40 bytes
END_BYTES = len(END_MAGIC) + 40


class Footer(msgspec.Struct, frozen=True):
    """What a sealed night holds, and where."""

    night: str
    number: int
    first_position: int
    last_position: int
    offsets: list[int]  # where each block begins, and where the last one ends
    types: list[str]
    block_types: list[int]  # for each block the set of its types, as bits
    block_times: list[int]  # UTC microseconds of each block's first event
    block_roots: list[str]  # RFC 6962 root over the leaves of each block, in hexadecimal
    streams_end: int
    commands_end: int

    def block_of(self, position: int) -> int:
        """Number of the block, from 0, that holds a position."""
        return (position - 1) // BLOCK_EVENTS - (self.first_position - 1) // BLOCK_EVENTS

    def first_of(self, block: int) -> int:
        """Position of the block's first event."""
        aligned = ((self.first_position - 1) // BLOCK_EVENTS + block) * BLOCK_EVENTS + 1
        return max(aligned, self.first_position)

    def is_of(self, name: SegmentName) -> bool:
        """Whether it is the one of a segment."""
        return SegmentName(self.number, self.first_position, self.night) == name

    @property
    def has_index(self) -> bool:
        """Whether it leads to streams and commands, and knows the roots; one made up does not."""
        return self.streams_end > 0
