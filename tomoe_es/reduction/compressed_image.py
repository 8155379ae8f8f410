"""Images of the archive: tile-compressed FITS images (FITS standard 4.0, 10), which any reader expands.

Counts are rounded to levels of 1, 1/2, 1/4, ... count, the coarsest that is at most an eighth of the noise of
a pixel, and these are Rice-coded without loss. The rounding adds 0.07 % to the noise at most, no bias, and
leaves whole counts exactly what they are. There is no dithering: the noise of a pixel is many levels.

Planes of whole numbers, such as masks, are coded as they are: next to nothing where nearly all are alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from tomoe_es.reduction.calibrated_frames import CalibratedFrames
from tomoe_es.reduction.extension_header import Card, extension_header
from tomoe_es.reduction.rice import BLANK, BLOCK, encode_tiles, encode_whole_numbers, most_bytes
from tomoe_es.reduction.source_table import Table
from tomoe_es.transfer.fits_unit import FITS_BLOCK

LEVELS_A_SIGMA: Final = 8
MOST_LEVELS_A_COUNT: Final = 1024
TILE: Final = (94, 125)
"""Rows and columns of a tile. A light curve opens one to four of them in each frame, see
`docs/decisions/060-tiles-of-the-archive.md`."""
ROWS_OF_PLANE_TILE: Final = 24
"""Tiles of a plane of whole numbers are as wide as the plane, and of a size that stays in the cache."""
LARGEST_PLACE: Final = 2**31 - 1
"""In the heap, of what a descriptor of 32 bits can tell; a larger heap has those of 64 bits (FITS 7.3.5)."""
_QUANTISED: Final = (("scale", ">f8"), ("zero", ">f8"))


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
    planes = np.ascontiguousarray(image.reshape(-1, *image.shape[-2:]))
    return _compressed(planes, image.shape, name, noise_counts, tile)


def compressed_frames(
    frames: CalibratedFrames, name: str, noise_counts: float, tile: tuple[int, int] = TILE
) -> Table:
    """The same of the calibrated frames of a cube, made one after another."""
    return _compressed(frames.each(), (frames.nframe, *frames.shape), name, noise_counts, tile)


def _compressed(
    planes: Iterable[NDArray[np.float32]],
    shape: tuple[int, ...],
    name: str,
    noise_counts: float,
    tile: tuple[int, int],
) -> Table:
    levels = levels_a_count(noise_counts)
    table, sizes, data = _room(_QUANTISED, (math.prod(shape[:-2]), *shape[-2:]), tile)
    of_plane = -(-shape[-2] // tile[0]) * -(-shape[-1] // tile[1])
    heap, heap_bytes = data[table.nbytes :], 0
    for number, plane in enumerate(planes):
        some = sizes[number * of_plane : (number + 1) * of_plane]
        heap_bytes += encode_tiles(plane[None], tile, np.float32(levels), some, heap[heap_bytes:])
    table["scale"] = 1 / levels
    header = _header(shape, tile, sizes, table.dtype, heap_bytes, bits=-32, value_bytes=4)
    header["ZQUANTIZ"] = ("NO_DITHER", "rounded to levels")
    header["ZBLANK"] = (BLANK, "no value")
    header["EXTNAME"] = name
    header["INHERIT"] = (True, "the primary header holds of this image too")
    header["BUNIT"] = "count"
    header["QLEVEL"] = (1 / levels, "[count] values are multiples of this")
    return _extension(header, table, sizes, data, heap_bytes)


def compressed_plane(plane: NDArray[np.uint8] | NDArray[np.uint16], name: str) -> Table:
    """An extension that holds whole numbers (rows, columns), each less than half of what its type holds."""
    tile = ROWS_OF_PLANE_TILE, plane.shape[1]
    table, sizes, data = _room((), (1, *plane.shape), tile)
    numbers, at_most = plane.reshape(-1), tile[0] * tile[1]
    heap_bytes = encode_whole_numbers(numbers, at_most, plane.itemsize, sizes, data[table.nbytes :])
    bits = 8 * plane.itemsize
    header = _header(plane.shape, tile, sizes, table.dtype, heap_bytes, bits, plane.itemsize)
    header["EXTNAME"] = name
    return _extension(header, table, sizes, data, heap_bytes)


def _room(
    columns: tuple[tuple[str, str], ...], shape: tuple[int, ...], tile: tuple[int, int]
) -> tuple[NDArray[np.void], NDArray[np.int32], NDArray[np.uint8]]:
    """Table and sizes of the tiles of planes (n, rows, columns), and room for the bytes of an extension.

    The table has a descriptor of each tile and further `columns`. Memory for the worst case is asked for, and
    only what is written to is given.
    """
    tiles = shape[0] * -(-shape[1] // tile[0]) * -(-shape[2] // tile[1])
    heap_bytes = most_bytes(tiles, tile[0] * tile[1])
    number = ">i4" if heap_bytes <= LARGEST_PLACE else ">i8"
    table = np.zeros(tiles, [("size", number), ("place", number), *columns])
    data = np.empty(table.nbytes + heap_bytes + FITS_BLOCK, np.uint8)
    return table, np.empty(tiles, np.int32), data


def _extension(
    header: fits.Header,
    table: NDArray[np.void],
    sizes: NDArray[np.int32],
    data: NDArray[np.uint8],
    heap_bytes: int,
) -> Table:
    table["size"] = sizes
    table["place"][1:] = np.cumsum(sizes[:-1])
    data[: table.nbytes] = table.view(np.uint8)
    end = table.nbytes + heap_bytes
    padded = -(-end // FITS_BLOCK) * FITS_BLOCK
    data[end:padded] = 0
    return Table(header, data[:padded].data)


def _header(
    shape: tuple[int, ...],
    tile: tuple[int, int],
    sizes: NDArray[np.int32],
    row: np.dtype[np.void],
    heap_bytes: int,
    bits: int,
    value_bytes: int,
) -> fits.Header:
    axes = len(shape)
    tiles = [1] * (axes - 2) + list(tile)
    lengths = [(f"ZNAXIS{axis}", length, "") for axis, length in enumerate(reversed(shape), start=1)]
    lengths += [(f"ZTILE{axis}", length, "of a tile") for axis, length in enumerate(reversed(tiles), start=1)]
    quantised: list[Card] = [("TTYPE2", "ZSCALE"), ("TFORM2", "1D"), ("TTYPE3", "ZZERO"), ("TFORM3", "1D")]
    return extension_header(
        [
            ("XTENSION", "BINTABLE", "a tile-compressed image"),
            ("BITPIX", 8),
            ("NAXIS", 2),
            ("NAXIS1", row.itemsize),
            ("NAXIS2", len(sizes)),
            ("PCOUNT", heap_bytes),
            ("GCOUNT", 1),
            ("TFIELDS", 3 if bits < 0 else 1),
            ("TTYPE1", "COMPRESSED_DATA"),
            ("TFORM1", f"1{'P' if row['size'].itemsize == 4 else 'Q'}B({sizes.max()})"),
            *(quantised if bits < 0 else []),
            ("ZIMAGE", True, "this is a compressed image"),
            ("ZTENSION", "IMAGE", ""),
            ("ZBITPIX", bits, "32-bit floating point" if bits < 0 else "whole numbers"),
            ("ZNAXIS", axes, ""),
            *lengths,
            ("ZPCOUNT", 0),
            ("ZGCOUNT", 1),
            ("ZCMPTYPE", "RICE_1", ""),
            ("ZNAME1", "BLOCKSIZE", ""),
            ("ZVAL1", BLOCK, "values in a block"),
            ("ZNAME2", "BYTEPIX", ""),
            ("ZVAL2", value_bytes, "bytes of a value"),
        ]
    )
