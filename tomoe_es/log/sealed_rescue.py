"""What a sealed file holds whose end is damaged: found frame by frame, as any zstd tool would."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import zstandard

from tomoe_es.events import EVENT_TYPES
from tomoe_es.log.sealed_footer import END_BYTES, Footer
from tomoe_es.log.segment_names import SegmentName

_MAGIC = b"\x28\xb5\x2f\xfd"
_HEADER_BYTES = 18
"""No zstd frame has a longer header."""
_CHECKSUM_BYTES = 4
_RUN = 1
"""A zstd block of this kind is one byte, whatever its size says."""


class _FirstLine(msgspec.Struct):
    position: int


def rescue(content: bytes, name: SegmentName) -> tuple[Footer, str] | None:
    """A footer that leads to all blocks that can be opened, and what is damaged; None when there is none.

    It is the file's own when only what follows it is damaged, and else one without the types, times and
    roots of blocks, and without streams and commands.
    """
    blocks: dict[int, tuple[int, int]] = {}
    last_position = name.first_position - 1
    bare = _footer_without_index(name, last_position, [0])
    for start, end, lines in _frames(content):
        if lines.startswith(b'{"position":'):
            first = msgspec.json.decode(lines.partition(b"\n")[0], type=_FirstLine).position
            if first >= name.first_position and first == bare.first_of(bare.block_of(first)):
                blocks[bare.block_of(first)] = start, end
                last_position = first + lines.count(b"\n") - 1
        elif lines.startswith(b'{"night":'):
            footer = msgspec.json.decode(lines, type=Footer)
            if footer.is_of(name):
                return footer, _of_the_end(len(content) - end - END_BYTES)
    if not blocks:
        return None
    offsets = [0]
    for number in range(max(blocks) + 1):  # a block that can't be opened is what lies between two others
        start, end = blocks.get(number, (offsets[-1], offsets[-1]))
        offsets[-1] = start
        offsets.append(end)
    what = "its footer can't be read, so it is found by position only and not by stream"
    return _footer_without_index(name, last_position, offsets), what


def _footer_without_index(name: SegmentName, last_position: int, offsets: list[int]) -> Footer:
    types, blocks = list(EVENT_TYPES), len(offsets) - 1
    any_types = [(1 << len(types)) - 1] * blocks
    place = name.night, name.number, name.first_position, last_position
    return Footer(*place, offsets, types, any_types, [], [], 0, 0)


def _of_the_end(surplus: int) -> str:
    if surplus < 0:
        return f"the last {-surplus} of its bytes are missing"
    return f"{surplus} bytes too many are at its end" if surplus else "its end is not the one of its footer"


def _frames(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Begin, end and content of each frame that can be opened."""
    decompress = zstandard.ZstdDecompressor().decompress
    start = content.find(_MAGIC)
    while start >= 0:
        end = _end_of_frame(content, start)
        try:
            lines = decompress(content[start:end])
        except zstandard.ZstdError:
            start = content.find(_MAGIC, start + 1)
            continue
        yield start, end, lines
        start = content.find(_MAGIC, end)


def _end_of_frame(content: bytes, start: int) -> int:
    """Where a frame ends by the sizes of its blocks (RFC 8878, section 3.1.1); `start` when it is none."""
    try:
        at = start + zstandard.frame_header_size(content[start : start + _HEADER_BYTES])
    except zstandard.ZstdError:
        return start
    is_last = False
    while not is_last and at < len(content):
        head = int.from_bytes(content[at : at + 3], "little")
        is_last, kind, size = bool(head & 1), head >> 1 & 3, head >> 3
        at += 3 + (1 if kind == _RUN else size)
    return at + _CHECKSUM_BYTES
