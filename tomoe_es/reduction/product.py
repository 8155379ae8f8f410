"""Products: FITS files named and headed as the archive wants them, the same bit for bit when made again.

A header carries what leads back to the raw data, which will be gone: product id, positions of its events in
the log, code version, and the digests of raw cube, dark and flat. It carries the log's last checkpoint before
the night too: copies of it are where the owner of the log can't change them.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray

from tomoe_es.reduction.archive_path import archive_path
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.checks import Verdict
from tomoe_es.reduction.compressed_image import compressed_plane
from tomoe_es.reduction.extension_header import known_card
from tomoe_es.reduction.job import ArchivedProduct, ProductKind, ReductionJob
from tomoe_es.reduction.mask import MEANINGS
from tomoe_es.reduction.source_table import Table
from tomoe_es.transfer.checksum import ones_complement_sum, set_sums
from tomoe_es.transfer.fits_unit import FITS_BLOCK, SUM_COMMENT, hdu_bytes
from tomoe_es.transfer.header import Cards, add_events, add_section, add_wcs, text
from tomoe_es.transfer.whole_file import write_whole_file

Extension: TypeAlias = fits.ImageHDU | fits.BinTableHDU | Table

_FROM_HERE_OURS: Final = (" WCS ", " EVENTS ")


def product_header(
    job: ReductionJob, kind: ProductKind, raw: fits.Header, cards: Cards, verdicts: tuple[Verdict, ...]
) -> fits.Header:
    """Header of a product: the raw cube's sections, then what the reduction did, then the events."""
    header, checkpoint = _sections_of(raw), job.checkpoint
    header["FMTTYPE"] = f"TOMOE-{'COLLECTION' if kind == 'NEO' else 'IMAGE'}-{kind}"
    header["CODEACQ"] = (raw.get("CODEVER", ""), "code that took the data")
    header["CODEVER"] = (text(job.code_version), "code that made this file")
    provenance: Cards = [
        ("PRODID", job.product_id(kind), "UUID of this product"),
        ("STEPS", text(",".join(job.steps)), "steps asked for"),
        ("B3_RAW", job.cube_blake3, ""),
        ("SHA_DARK", job.dark_sha256, ""),
        ("SHA_FLAT", job.flat_sha256, ""),
        ("LOGSIZE", checkpoint and checkpoint.size, "events in the log's checkpoint before the night"),
        ("LOGROOT", checkpoint and checkpoint.root, "root of their tree"),
    ]
    for verdict in verdicts:
        name = verdict.check.upper()[:6]
        provenance.append((f"QV{name}", verdict.value, f"[{verdict.unit}] quality: {verdict.check}, value"))
        provenance.append((f"QL{name}", verdict.limit, f"[{verdict.unit}] quality: {verdict.check}, limit"))
        provenance.append((f"QP{name}", verdict.passed, f"quality: {verdict.check}, passed"))
    add_section(header, "REDUCTION", [*provenance, *cards])
    return header


def image_product(
    job: ReductionJob,
    header: fits.Header,
    image: NDArray[np.float32],
    wcs: WCS | None,
    extensions: Sequence[Extension],
) -> list[bytes | memoryview]:
    """Bytes of a product whose image, shape (1128, 2000) or (nframe, 1128, 2000), is the primary array."""
    primary = fits.PrimaryHDU(image.astype(">f4", copy=False))
    primary.header["BUNIT"] = "count" if job.data_type != "FLAT" else "relative"
    primary.header.extend(header, bottom=True)
    if wcs is not None:
        add_wcs(primary.header, wcs)
    add_events(primary.header, job.event_positions)
    parts = hdu_bytes(primary)
    for extension in extensions:
        parts += _extension_bytes(extension)
    return parts


def compressed_product(
    job: ReductionJob,
    header: fits.Header,
    image: Table,
    wcs: WCS | None,
    extensions: Sequence[Extension],
) -> list[bytes | memoryview]:
    """Bytes of a product whose image is compressed, and so an extension: the primary array is empty.

    The primary header has all there is to say but the WCS, which belongs to the image. It is the `header`
    given, to which its first cards are added: to copy the cards takes 3 ms.
    """
    for card in reversed(fits.PrimaryHDU().header.cards):
        header.insert(0, card)
    if wcs is not None:
        add_wcs(image.header, wcs)
    add_events(header, job.event_positions)
    set_sums(header, 0, SUM_COMMENT)
    parts: list[bytes | memoryview] = [header.tostring().encode("ascii")]
    for extension in (image, *extensions):
        parts += _extension_bytes(extension)
    return parts


def calibration_planes(frame: CalibrationFrame) -> list[Extension]:
    """Extensions of a master dark or flat: NOISE and MASK."""
    return [fits.ImageHDU(frame.noise.astype(">f4"), name="NOISE"), mask_plane(frame.mask)]


def stack_planes(mask: NDArray[np.uint8], used: NDArray[np.uint16] | None) -> list[Extension]:
    """Extensions of a stack: MASK, and NUSED when clipping left out frames of some pixels."""
    planes = [mask_plane(mask)]
    if used is not None:
        planes.append(compressed_plane(used, "NUSED"))
    return planes


def mask_plane(mask: NDArray[np.uint8]) -> Table:
    """A mask of bits of `mask`, with their meanings."""
    plane = compressed_plane(mask, "MASK")
    for number, (bit, meaning) in enumerate(MEANINGS.items(), start=1):
        plane.header.append(known_card(f"MASKBIT{number}", bit, meaning), end=True)
    return plane


def archive_product(job: ReductionJob, kind: ProductKind, parts: list[bytes | memoryview]) -> ArchivedProduct:
    """Write a product below the archive folder, as UTC date / exposure / file. Raises OSError."""
    relative = archive_path(job.frame_id, kind)
    path = job.archive / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    written = write_whole_file(path, parts)
    return ArchivedProduct(
        product_id=job.product_id(kind),
        kind=kind,
        path=relative.as_posix(),
        sha256=written.sha256,
        size_bytes=written.size_bytes,
    )


def _sections_of(raw: fits.Header) -> fits.Header:
    """Cards of a raw cube's header from its first section to its last but WCS and events."""
    header = fits.Header()
    started = False
    for card in raw.cards:
        if card.keyword == "COMMENT":
            if any(title in str(card.value) for title in _FROM_HERE_OURS):
                break
            started = started or " OBSERVATION " in str(card.value)
        if started:
            header.append(copy.copy(card), end=True)  # the raw header itself stays as it is
    return header


def _extension_bytes(hdu: Extension) -> list[bytes | memoryview]:
    if isinstance(hdu, Table):
        set_sums(hdu.header, ones_complement_sum(hdu.data), SUM_COMMENT)
        return [hdu.header.tostring().encode("ascii"), hdu.data]
    buffer = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(buffer)
    written = buffer.getbuffer()[FITS_BLOCK:]
    header = fits.Header.fromstring(bytes(written[: _header_length(written)]))
    data = written[_header_length(written) :]
    set_sums(header, ones_complement_sum(data), SUM_COMMENT)
    return [header.tostring().encode("ascii"), data]


def _header_length(written: memoryview) -> int:
    """Of a unit that begins with a header: up to the end of the block with its END card."""
    for length in range(FITS_BLOCK, len(written) + 1, FITS_BLOCK):
        block = bytes(written[length - FITS_BLOCK : length])
        if any(block[card : card + 80].rstrip() == b"END" for card in range(0, FITS_BLOCK, 80)):
            return length
    raise ValueError("a FITS unit without END")
