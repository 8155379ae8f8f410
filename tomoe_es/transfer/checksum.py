"""CHECKSUM and DATASUM of a FITS unit whose data are never in memory at once (FITS standard 4.0, 4.4.2.7)."""

from __future__ import annotations

from typing import Final

import numpy as np
from astropy.io import fits

_ALL_ONES: Final = 0xFFFFFFFF
_PUNCTUATION: Final = frozenset(b":;<=>?@[\\]^_`")


def ones_complement_sum(data: bytes | memoryview, before: int = 0) -> int:
    """32-bit ones' complement sum of big-endian words, added to that of the data `before`.

    The length must be a multiple of 4 bytes, at most 16 GB.
    """
    total = before + int(np.frombuffer(data, dtype=">u4").sum(dtype=np.uint64))
    while total > _ALL_ONES:
        total = (total & _ALL_ONES) + (total >> 32)
    return total


def set_sums(header: fits.Header, data_sum: int, comment: str) -> None:
    """Set CHECKSUM and DATASUM, with `data_sum` the sum of the padded data; nothing else may change after.

    Cards of the sums that are there are set anew in their places: the header keeps its length.
    """
    header["DATASUM"] = (str(data_sum), comment)
    header.set("CHECKSUM", "0" * 16, comment, before="DATASUM")
    total = ones_complement_sum(header.tostring().encode("ascii"), data_sum)
    header["CHECKSUM"] = encoded(total ^ _ALL_ONES)


def encoded(value: int) -> str:
    """32 bits as 16 letters and digits that add up to them (FITS standard 4.0, appendix J)."""
    letters = bytearray(16)
    for place, byte in enumerate(value.to_bytes(4, "big")):
        quarter, rest = divmod(byte, 4)
        quad = [quarter + rest + 0x30, quarter + 0x30, quarter + 0x30, quarter + 0x30]
        while _PUNCTUATION.intersection(quad):
            for low in (0, 2):
                if _PUNCTUATION.intersection(quad[low : low + 2]):
                    quad[low] += 1
                    quad[low + 1] -= 1
        letters[place::4] = bytes(quad)
    return (letters[-1:] + letters[:-1]).decode("ascii")
