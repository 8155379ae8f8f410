"""Where a product belongs in the archive: apart from what writes it, which takes seconds to load."""

from __future__ import annotations

from pathlib import Path

from tomoe_es.camera.frame_id import FILE_PREFIXES, parse_frame_id
from tomoe_es.reduction.job import ProductKind


def archive_path(frame_id: str, kind: ProductKind) -> Path:
    """Where a product belongs, below the archive folder."""
    frame = parse_frame_id(frame_id)
    name = f"{FILE_PREFIXES[kind]}{frame}.{'psv' if kind == 'ADES' else 'fits'}"
    return Path(f"{frame.utc_date:%Y%m%d}", f"{frame.exposure_number:08d}", name)
