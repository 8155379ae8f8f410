"""Rice coding of quantised images, as `RICE_1` of the FITS standard 4.0 (10.4.1) has it, one tile at a time.

Each value is coded as its difference from the one before: how many low bits of a block of 32 differences are
noise is found from their mean, these are written as they are, and the rest in unary.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled, inlined

BLOCK: Final = 32
BLANK: Final = -(2**31)
"""Stands for a value that is none (NaN)."""
LARGEST: Final = 2**30
"""Levels; what is beyond is stored as this."""
_LEVEL_BITS: Final = 5
_MOST_LOW_BITS: Final = 25
_WORD: Final = np.uint64(0xFFFFFFFF)


@inlined
def _big_endian(bits: np.uint64) -> np.uint32:
    """The 32 low bits as a word of a FITS file."""
    word = np.uint32(bits & _WORD)
    return (
        (word << np.uint32(24))
        | ((word & np.uint32(0xFF00)) << np.uint32(8))
        | ((word >> np.uint32(8)) & np.uint32(0xFF00))
        | (word >> np.uint32(24))
    )


@inlined
def _put(
    out: NDArray[np.uint32], place: int, bits: np.uint64, held: int, value: np.uint64, count: int
) -> tuple[int, np.uint64, int]:
    """Append `count` <= 32 bits to those not written yet, fewer than 32; the next word's place, and both."""
    bits = (bits << np.uint64(count)) | value
    held += count
    if held >= 32:
        held -= 32
        out[place] = _big_endian(bits >> np.uint64(held))
        place += 1
    return place, bits, held


@compiled
def quantise(
    image: NDArray[np.float32],
    rows: tuple[int, int],
    columns: tuple[int, int],
    levels_a_count: np.float32,
    values: NDArray[np.int32],
) -> int:
    """Values of a tile of an image in whole levels of 1 / `levels_a_count`, row by row; how many there are.

    With a power of two of levels a count, whole counts stay exactly what they are.
    """
    width = columns[1] - columns[0]
    for row in range(rows[0], rows[1]):
        begin = (row - rows[0]) * width
        for k in range(width):
            value = np.rint(image[row, columns[0] + k] * levels_a_count)
            clipped = min(max(value, np.float32(-LARGEST)), np.float32(LARGEST))
            values[begin + k] = np.int32(clipped) if value == value else np.int32(BLANK)
    return (rows[1] - rows[0]) * width


@compiled
def encode(values: NDArray[np.int32], n: int, out: NDArray[np.uint32]) -> int:
    """Code the first `n` values; the number of bytes. `out`, of big-endian words, needs 1.1 n + 4 of them."""
    place, held = 0, 0
    bits = np.uint64(0)
    place, bits, held = _put(out, place, bits, held, np.uint64(np.uint32(values[0])), 32)
    folded = np.zeros(BLOCK, np.uint32)
    last = values[0]
    for begin in range(0, n, BLOCK):
        length = min(BLOCK, n - begin)
        total = np.uint64(0)
        for k in range(length):
            before = last if k == 0 else values[begin + k - 1]
            step = np.int32(values[begin + k] - before)
            folded[k] = np.uint32(np.int32(step << 1) ^ np.int32(step >> 31))
            total += np.uint64(folded[k])
        last = values[begin + length - 1]
        mean = (np.float64(total) - length // 2 - 1) / length
        level = np.uint32(max(mean, 0.0)) >> np.uint32(1)
        low = 0
        while level > 0:
            level >>= np.uint32(1)
            low += 1
        if low >= _MOST_LOW_BITS:
            place, bits, held = _put(out, place, bits, held, np.uint64(_MOST_LOW_BITS + 1), _LEVEL_BITS)
            for k in range(length):
                place, bits, held = _put(out, place, bits, held, np.uint64(folded[k]), 32)
            continue
        if total == 0:
            place, bits, held = _put(out, place, bits, held, np.uint64(0), _LEVEL_BITS)
            continue
        place, bits, held = _put(out, place, bits, held, np.uint64(low + 1), _LEVEL_BITS)
        one = np.uint64(1) << np.uint64(low)
        for k in range(length):
            value = np.uint64(folded[k])
            top = int(np.int64(value >> np.uint64(low)))  # numba makes a float of uint64 and int
            while top + low > 31:
                zeros = min(top, 32)
                place, bits, held = _put(out, place, bits, held, np.uint64(0), zeros)
                top -= zeros
                if top == 0:
                    break
            count = top + 1 + low
            bits = (bits << np.uint64(count)) | one | (value & (one - np.uint64(1)))
            held += count
            if held >= 32:
                held -= 32
                out[place] = _big_endian(bits >> np.uint64(held))
                place += 1
    size = 4 * place + (held + 7) // 8
    if held > 0:
        place, bits, held = _put(out, place, bits, held, np.uint64(0), 32 - held)
    return size
