"""Rice coding of images, as `RICE_1` of the FITS standard 4.0 (10.4.1) has it, one tile at a time.

Each value is coded as its difference from the one before: how many low bits of a block of 32 differences are
noise is found from their mean, these are written as they are, and the rest in unary. All that can be done for
many values at once is: what is left to do one after another, the packing of bits, has no branch, and takes
two values at a time where both fit in a word.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import bytes_turned, compiled, inlined

BLOCK: Final = 32
BLANK: Final = -(2**31)
"""Stands for a value that is none (NaN)."""
LARGEST: Final = 2**30
"""Levels; what is beyond is stored as this."""
_BITS: Final = ((8, 3, 6), (16, 4, 14), (32, 5, 25))
"""Of values of 1, 2 and 4 bytes: bits of a value, bits that tell how many low bits a block has, and from how
many of these on its values are stored whole."""

Words = NDArray[np.uint32]
Numbers: TypeAlias = NDArray[np.int32] | NDArray[np.uint16] | NDArray[np.uint8]


def most_bytes(tiles: int, values: int) -> int:
    """What so many tiles of so many values can take up at most."""
    return tiles * (values * 4 + values // 2 + 16)


@compiled
def encode_tiles(
    planes: NDArray[np.float32],
    tile: tuple[int, int],
    levels_a_count: np.float32,
    sizes: NDArray[np.int32],
    heap: NDArray[np.uint8],
) -> int:
    """Code all tiles, plane by plane and row by row, in whole levels of 1 / `levels_a_count`.

    With a power of two of levels a count, whole counts stay exactly what they are. Written are the bytes of
    each tile, one behind the other, into `heap`, and how many they are into `sizes`; returns their sum.
    """
    values = np.empty(tile[0] * tile[1], np.int32)
    folded = np.empty(len(values), np.uint32)
    coded = np.empty(len(values) + len(values) // 8 + 4, np.uint32)
    room = np.empty((4, BLOCK), np.uint32)
    number = place = 0
    for plane in range(planes.shape[0]):
        image = planes[plane]
        for top in range(0, image.shape[0], tile[0]):
            bottom = min(top + tile[0], image.shape[0])
            for left in range(0, image.shape[1], tile[1]):
                right = min(left + tile[1], image.shape[1])
                width = right - left
                for row in range(top, bottom):
                    begin = (row - top) * width
                    _quantise(image[row, left:right], levels_a_count, values[begin : begin + width])
                n = (bottom - top) * width
                _fold(values[:n], folded)
                size = _encode(values[0], folded[:n], _BITS[2], room, coded)
                heap[place : place + size] = coded.view(np.uint8)[:size]
                sizes[number] = size
                place += size
                number += 1
    return place


@compiled
def encode_whole_numbers(
    numbers: NDArray[np.uint8] | NDArray[np.uint16],
    at_most: int,
    value_bytes: int,
    sizes: NDArray[np.int32],
    heap: NDArray[np.uint8],
) -> int:
    """Code tiles of at most so many numbers each, all less than half of what 1 or 2 bytes hold.

    Written are `sizes` and `heap` as by `encode_tiles`; returns the sum of the sizes.
    """
    folded = np.empty(at_most, np.uint32)
    coded = np.empty(at_most + at_most // 8 + 4, np.uint32)
    room = np.empty((4, BLOCK), np.uint32)
    place = 0
    for number in range(len(sizes)):
        values = numbers[number * at_most : (number + 1) * at_most]
        _fold(values, folded)
        size = _encode(np.int32(values[0]), folded[: len(values)], _BITS[value_bytes - 1], room, coded)
        heap[place : place + size] = coded.view(np.uint8)[:size]
        sizes[number] = size
        place += size
    return place


@inlined
def _quantise(line: NDArray[np.float32], levels_a_count: np.float32, values: NDArray[np.int32]) -> None:
    for k in range(len(values)):
        value = np.rint(line[k] * levels_a_count)
        clipped = min(max(value, np.float32(-LARGEST)), np.float32(LARGEST))
        values[k] = np.int32(clipped) if value == value else np.int32(BLANK)


@inlined
def _fold(values: Numbers, folded: Words) -> None:
    """Differences from the value before, without sign: 0, -1, 1, -2 become 0, 1, 2, 3."""
    folded[0] = 0
    before, here, out = values[:-1], values[1:], folded[1 : len(values)]
    for k in range(len(out)):
        step = np.int32(np.int32(here[k]) - np.int32(before[k]))
        out[k] = np.uint32(np.int32(step << 1) ^ np.int32(step >> 31))


@inlined
def _encode(first: np.int32, folded: Words, sizes: tuple[int, int, int], room: Words, out: Words) -> int:
    """Code a tile; the number of bytes. `out`, of big-endian words, needs 1.125 n + 4 of them."""
    value_bits, level_bits, most_low_bits = sizes
    place, held, bits = 0, 0, np.uint64(0)
    place, bits, held = _put(out, place, bits, held, np.uint64(np.uint32(first)), value_bits)
    for begin in range(0, len(folded), BLOCK):
        # Without sign, or each access would ask whether it counts from the end; and a slice is slow to make.
        start, length = np.uint64(begin), np.uint64(min(BLOCK, len(folded) - begin))
        total = 0
        for k in range(length):
            total += int(np.int64(folded[start + k]))
        low = _low_bits(total, min(BLOCK, len(folded) - begin))
        if low >= most_low_bits:
            place, bits, held = _put(out, place, bits, held, np.uint64(most_low_bits + 1), level_bits)
            for k in range(length):
                place, bits, held = _put(out, place, bits, held, np.uint64(folded[start + k]), value_bits)
            continue
        if total == 0:
            place, bits, held = _put(out, place, bits, held, np.uint64(0), level_bits)
            continue
        place, bits, held = _put(out, place, bits, held, np.uint64(low + 1), level_bits)
        longest = _codes(folded, start, length, low, room)
        if longest <= 16 and length == BLOCK:
            _join_pairs(room)
            for k in range(BLOCK // 2):
                code, count = np.uint64(room[2, k]), int(np.int64(room[3, k]))
                place, bits, held = _put(out, place, bits, held, code, count)
        else:
            for k in range(length):
                code, count = np.uint64(room[0, k]), int(np.int64(room[1, k]))
                while count > 32:
                    zeros = min(count - 1 - low, 32)
                    place, bits, held = _put(out, place, bits, held, np.uint64(0), zeros)
                    count -= zeros
                place, bits, held = _put(out, place, bits, held, code, count)
    size = 4 * place + (held + 7) // 8
    if held > 0:
        _put(out, place, bits, held, np.uint64(0), 32 - held)
    return size


@inlined
def _low_bits(total: int, count: int) -> int:
    """How many low bits of a block are noise."""
    level = np.uint32(max(total - count // 2 - 1, 0) // count) >> np.uint32(1)
    low = 0
    while level > 0:
        level >>= np.uint32(1)
        low += 1
    return low


@inlined
def _codes(folded: Words, start: np.uint64, length: np.uint64, low: int, room: Words) -> int:
    """Code words of a block's values and how long each is, into the first two rows of `room`; the longest."""
    shift = np.uint32(low)
    one = np.uint32(np.uint32(1) << shift)
    below = np.uint32(one - np.uint32(1))
    longest = np.uint32(0)
    for k in range(length):
        value = folded[start + k]
        room[0, k] = np.uint32(one | np.uint32(value & below))
        count = np.uint32(np.uint32(value >> shift) + np.uint32(1) + shift)
        room[1, k] = count
        longest = max(longest, count)
    return np.int64(longest)  # type: ignore[return-value]


@inlined
def _join_pairs(room: Words) -> None:
    """Each two code words as one, into the last two rows of `room`."""
    for k in range(BLOCK // 2):
        second = room[1, 2 * k + 1]
        room[2, k] = np.uint32(room[0, 2 * k] << second) | room[0, 2 * k + 1]
        room[3, k] = np.uint32(room[1, 2 * k] + second)


@inlined
def _put(
    out: Words, place: int, bits: np.uint64, held: int, value: np.uint64, count: int
) -> tuple[int, np.uint64, int]:
    """Append `count` <= 32 bits to those not written yet, fewer than 32; the next word's place, and both.

    A word that isn't full yet is written too, and over again with the next bits: a branch would cost more.
    """
    bits = (bits << np.uint64(count)) | value
    held += count
    out[np.uint64(place)] = bytes_turned(np.uint32(bits >> np.uint64(held & 31)))
    return place + (held >> 5), bits, held & 31
