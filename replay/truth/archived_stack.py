"""What a stack in the archive says of itself: where its pixels are on the sky, and how bright its sources."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning
from astropy.wcs import WCS

from adapters.simulator.sky.true_chip import UNREADABLE


@dataclass(frozen=True, slots=True)
class ArchivedStack:
    """`zero_point_error_mag` is None where it has no zero point."""

    wcs: WCS
    sources: fits.FITS_rec
    zero_point_error_mag: float | None


def read_stack(content: bytes) -> ArchivedStack:
    """Read the bytes of a product's file; raises ValueError that says what is wrong with them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", AstropyUserWarning)  # such as that the file is cut short
            with fits.open(io.BytesIO(content), memmap=False) as hdus:
                error = hdus[0].header.get("MAGZERR")
                return ArchivedStack(
                    wcs=WCS(hdus["STACK"].header),
                    sources=hdus["SOURCES"].data,
                    zero_point_error_mag=None if error is None else float(error),
                )
    except UNREADABLE as error:
        raise ValueError(" ".join(str(error.args[0] if error.args else error).split())) from error
