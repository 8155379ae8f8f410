"""Products: FITS files named and headed as the archive wants them, the same bit for bit when made again.

A header carries what leads back to the raw data, which will be gone: product id, positions of its events in
the log, code version, and the digests of raw cube, dark and flat.
"""

from __future__ import annotations

import copy
import io
from pathlib import Path
from typing import Final

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray

from tomoe_es.camera.frame_id import FILE_PREFIXES, parse_frame_id
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.job import ArchivedProduct, ProductKind, ReductionJob
from tomoe_es.reduction.quality import Verdict
from tomoe_es.transfer.cube_file import hdu_bytes, write_whole_file
from tomoe_es.transfer.header import Cards, add_events, add_section, add_wcs, text

_FROM_HERE_OURS: Final = (" WCS ", " EVENTS ")


def product_header(
    job: ReductionJob, kind: ProductKind, raw: fits.Header, cards: Cards, verdicts: tuple[Verdict, ...]
) -> fits.Header:
    """Header of a product: the raw cube's sections, then what the reduction did, then the events."""
    header = _sections_of(raw)
    header["FMTTYPE"] = f"TOMOE-{'COLLECTION' if kind == 'NEO' else 'IMAGE'}-{kind}"
    header["CODEACQ"] = (raw.get("CODEVER", ""), "code that took the data")
    header["CODEVER"] = (text(job.code_version), "code that made this file")
    provenance: Cards = [
        ("PRODID", job.product_id(kind), "UUID of this product"),
        ("STEPS", text(",".join(job.steps)), "steps asked for"),
        ("SHA_RAW", job.cube_sha256, ""),
        ("SHA_DARK", job.dark_sha256, ""),
        ("SHA_FLAT", job.flat_sha256, ""),
    ]
    for verdict in verdicts:
        name = verdict.check.upper()[:6]
        provenance.append((f"QV{name}", verdict.value, f"[{verdict.unit}] quality: {verdict.check}, value"))
        provenance.append((f"QL{name}", verdict.limit, f"[{verdict.unit}] quality: {verdict.check}, limit"))
    add_section(header, "REDUCTION", [*provenance, *cards])
    return header


def image_product(
    job: ReductionJob,
    header: fits.Header,
    image: NDArray[np.float32],
    wcs: WCS | None,
    extensions: list[fits.ImageHDU | fits.BinTableHDU],
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


def source_table(sources: NDArray[np.void], wcs: WCS | None) -> fits.BinTableHDU:
    """Catalogue of the sources (photometry.SOURCE_TYPE) with units; positions are 1-based as in FITS."""
    columns = [
        fits.Column("X", "D", unit="pixel", array=sources["x"] + 1),
        fits.Column("Y", "D", unit="pixel", array=sources["y"] + 1),
    ]
    if wcs is not None:
        sky = wcs.wcs_pix2world(np.column_stack([sources["x"], sources["y"]]), 0)
        columns += [fits.Column(n, "D", unit="deg", array=sky[:, i]) for i, n in enumerate(("RA", "DEC"))]
    columns += [
        fits.Column("FLUX", "E", unit="count", array=sources["flux"]),
        fits.Column("FLUXERR", "E", unit="count", array=sources["flux_error"]),
        fits.Column("PEAK", "E", unit="count", array=sources["peak"]),
        fits.Column("FWHM", "E", unit="pixel", array=sources["fwhm"]),
        fits.Column("ELLIP", "E", array=sources["ellipticity"]),
        fits.Column("FLAGS", "I", array=sources["flags"]),
        fits.Column("SATURAT", "L", array=sources["saturated"]),
    ]
    return fits.BinTableHDU.from_columns(columns, name="SOURCES")


def calibration_planes(frame: CalibrationFrame) -> list[fits.ImageHDU | fits.BinTableHDU]:
    """Extensions of a master dark or flat: NOISE and BAD."""
    return [
        fits.ImageHDU(frame.noise.astype(">f4"), name="NOISE"),
        fits.ImageHDU(frame.bad.astype(np.uint8), name="BAD"),
    ]


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


def archive_path(frame_id: str, kind: ProductKind) -> Path:
    """Where a product belongs, below the archive folder."""
    frame = parse_frame_id(frame_id)
    name = f"{FILE_PREFIXES[kind]}{frame}.{'psv' if kind == 'ADES' else 'fits'}"
    return Path(f"{frame.utc_date:%Y%m%d}", f"{frame.exposure_number:08d}", name)


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


def _extension_bytes(hdu: fits.ImageHDU | fits.BinTableHDU) -> list[bytes | memoryview]:
    hdu.add_checksum(when="sum of the whole unit")
    hdu.header.comments["DATASUM"] = "sum of the data"
    hdu.add_checksum(when="sum of the whole unit")
    buffer = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(buffer)
    return [buffer.getvalue()[2880:]]
