"""What a stack in the archive says of itself: where its pixels are on the sky, and how bright its sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from astropy.io import fits
from astropy.wcs import WCS


@dataclass(frozen=True, slots=True)
class ArchivedStack:
    """`zero_point_error_mag` is None where it has no zero point."""

    wcs: WCS
    sources: fits.FITS_rec
    zero_point_error_mag: float | None


def read_stack(path: Path) -> ArchivedStack:
    """Read the file of a product; raises what is in `true_chip.UNREADABLE` where it is damaged or gone."""
    with path.open("rb") as file, fits.open(file, memmap=False) as hdus:
        error = hdus[0].header.get("MAGZERR")
        return ArchivedStack(
            wcs=WCS(hdus["STACK"].header),
            sources=hdus["SOURCES"].data,
            zero_point_error_mag=None if error is None else float(error),
        )
