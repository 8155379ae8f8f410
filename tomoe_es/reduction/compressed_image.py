"""Images of the archive: tile-compressed FITS images (FITS standard 4.0, 10), which any reader expands.

Counts are rounded to levels of 1, 1/2, 1/4, ... count, the coarsest that is at most an eighth of the noise of
a pixel, and these are Rice-coded without loss. The rounding adds 0.07 % to the noise at most, no bias, and
leaves whole counts exactly what they are. There is no dithering: the noise of a pixel is many levels.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from tomoe_es.reduction.rice import BLANK, BLOCK, encode_tiles, most_bytes
from tomoe_es.reduction.source_table import Table
from tomoe_es.transfer.cube_file import FITS_BLOCK

LEVELS_A_SIGMA: Final = 8
MOST_LEVELS_A_COUNT: Final = 1024
TILE: Final = (94, 125)
"""Rows and columns of a tile. A light curve opens one to four of them in each frame, see
`docs/decisions/060-tiles-of-the-archive.md`."""
_ROW: Final = np.dtype([("size", ">i4"), ("place", ">i4"), ("scale", ">f8"), ("zero", ">f8")])


def levels_a_count(noise_counts: float) -> int:
    """By how fine levels an image of this noise a pixel is kept: a power of two, from 1 on."""
    if not noise_counts > 0:
        return MOST_LEVELS_A_COUNT
    levels = math.ceil(math.log2(LEVELS_A_SIGMA / noise_counts))
    return 1 << min(max(levels, 0), MOST_LEVELS_A_COUNT.bit_length() - 1)


def compressed_image(
    image: NDArray[np.float32], name: str, noise_counts: float, tile: tuple[int, int] = TILE
) -> Table:
    """An extension that holds an image (rows, columns), or a cube (frames, rows, columns), in counts.

    NaN stays NaN. The same image gives the same bytes.
    """
    levels = levels_a_count(noise_counts)
    planes = np.ascontiguousarray(image.reshape(-1, *image.shape[-2:]))
    tiles = len(planes) * -(-image.shape[-2] // tile[0]) * -(-image.shape[-1] // tile[1])
    table, sizes = np.zeros(tiles, _ROW), np.empty(tiles, np.int32)
    # Memory for the worst case is asked for, and only what is written to is given.
    data = np.empty(table.nbytes + most_bytes(tiles, tile[0] * tile[1]) + FITS_BLOCK, np.uint8)
    heap_bytes = encode_tiles(planes, tile, np.float32(levels), sizes, data[table.nbytes :])
    table["size"], table["scale"] = sizes, 1 / levels
    table["place"][1:] = np.cumsum(sizes[:-1])
    data[: table.nbytes] = table.view(np.uint8)
    header = _header(image.shape, name, levels, tile, table, heap_bytes)
    end = table.nbytes + heap_bytes
    padded = -(-end // FITS_BLOCK) * FITS_BLOCK
    data[end:padded] = 0
    return Table(header, data[:padded].data)


def _header(
    shape: tuple[int, ...],
    name: str,
    levels: int,
    tile: tuple[int, int],
    table: NDArray[np.void],
    heap_bytes: int,
) -> fits.Header:
    axes = len(shape)
    tiles = [1] * (axes - 2) + list(tile)
    sizes = [(f"ZNAXIS{axis}", length, "") for axis, length in enumerate(reversed(shape), start=1)]
    sizes += [(f"ZTILE{axis}", length, "of a tile") for axis, length in enumerate(reversed(tiles), start=1)]
    return fits.Header(
        [
            ("XTENSION", "BINTABLE", "a tile-compressed image"),
            ("BITPIX", 8),
            ("NAXIS", 2),
            ("NAXIS1", _ROW.itemsize),
            ("NAXIS2", len(table)),
            ("PCOUNT", heap_bytes),
            ("GCOUNT", 1),
            ("TFIELDS", 3),
            ("TTYPE1", "COMPRESSED_DATA"),
            ("TFORM1", f"1PB({table['size'].max()})"),
            ("TTYPE2", "ZSCALE"),
            ("TFORM2", "1D"),
            ("TTYPE3", "ZZERO"),
            ("TFORM3", "1D"),
            ("ZIMAGE", True, "this is a compressed image"),
            ("ZTENSION", "IMAGE", ""),
            ("ZBITPIX", -32, "32-bit floating point"),
            ("ZNAXIS", axes, ""),
            *sizes,
            ("ZPCOUNT", 0),
            ("ZGCOUNT", 1),
            ("ZCMPTYPE", "RICE_1", ""),
            ("ZNAME1", "BLOCKSIZE", ""),
            ("ZVAL1", BLOCK, "values in a block"),
            ("ZNAME2", "BYTEPIX", ""),
            ("ZVAL2", 4, "bytes of a value"),
            ("ZQUANTIZ", "NO_DITHER", "rounded to levels"),
            ("ZBLANK", BLANK, "no value"),
            ("EXTNAME", name),
            ("INHERIT", True, "the primary header holds of this image too"),
            ("BUNIT", "count"),
            ("QLEVEL", 1 / levels, "[count] values are multiples of this"),
        ]
    )
