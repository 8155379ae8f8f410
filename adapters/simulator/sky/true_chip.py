"""What was true for one chip of one exposure, read back from its truth file."""

from __future__ import annotations

import math
import warnings
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning
from astropy.wcs import WCS
from numpy.typing import NDArray

from adapters.simulator.sky.field import FieldStars
from adapters.simulator.sky.moving_objects import MoverInFrame
from tomoe_es.errors import TomoeError

UNREADABLE: Final = (
    *(OSError, KeyError, ValueError, TypeError, AttributeError),
    *(fits.VerifyError, AstropyUserWarning),
)
"""What astropy raises where a FITS file is damaged, or lacks what it should have."""


class TruthUnreadable(TomoeError):
    """A truth file of a simulated night can't be read, or other code wrote it."""

    what_to_do = "run the night anew in another data folder: nothing makes a truth file again"


@dataclass(frozen=True, slots=True)
class TrueChip:
    """A chip of an exposure as it truly was.

    `ra_deg`, `dec_deg` are where the boresight was. `transparency` has one value a frame. `sky_mag_arcsec2`
    is that of a clear sky, infinite where no light came in; `twilight_e_per_second` of a FLAT. `movers` are
    by name the places of each in the frames in which it was on the imaging area. `seed` is the simulation's.
    """

    exposure_number: int
    det_id: int
    data_type: str
    ra_deg: float
    dec_deg: float
    wcs: WCS
    exposure_seconds: float
    transparency: NDArray[np.float64]
    sky_mag_arcsec2: float
    twilight_e_per_second: float
    response: float
    fwhm_arcsec: float
    stars: FieldStars
    movers: dict[str, tuple[MoverInFrame, ...]]
    seed: int


def read_true_chip(path: Path) -> TrueChip:
    """Read what `truth.write_truth` wrote; raises TruthUnreadable."""
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("error", AstropyUserWarning)  # such as that the file is cut short
            with fits.open(file, memmap=False) as hdus:
                return _true_chip(hdus)
    except UNREADABLE as error:
        raise TruthUnreadable(
            f"the truth file {path} can't be read ({error}): it is damaged, or of other code; run the night "
            "anew in another data folder"
        ) from error


def _true_chip(hdus: fits.HDUList) -> TrueChip:
    header, stars = hdus[0].header, hdus["STARS"].data
    del header["NAXIS"]  # that there is no image in this unit
    return TrueChip(
        exposure_number=header["EXP_ID"],
        det_id=header["DET_ID"],
        data_type=header["DATA-TYP"],
        ra_deg=header["TRUERA"],
        dec_deg=header["TRUEDEC"],
        wcs=WCS(header),
        exposure_seconds=header["EXPTIME1"],
        transparency=np.array(hdus["FRAMES"].data["TRANSPARENCY"], float),
        sky_mag_arcsec2=header["SKYMAG"] if header["SKYLIGHT"] else math.inf,
        twilight_e_per_second=header["TWILIGHT"],
        response=header["RESPONSE"],
        fwhm_arcsec=header["FWHM"],
        stars=FieldStars(
            ra_deg=np.array(stars["RA"], float),
            dec_deg=np.array(stars["DEC"], float),
            magnitude=np.array(stars["MAG"], float),
            from_tycho2=np.array(stars["TYCHO2"], bool),
            x=np.array(stars["X"], float),
            y=np.array(stars["Y"], float),
        ),
        movers=_movers(hdus["MOVERS"].data),
        seed=header["SEED"],
    )


def _movers(table: fits.FITS_rec) -> dict[str, tuple[MoverInFrame, ...]]:
    columns = ("NAME", "FRAME", "TIME_US", "RA", "DEC", "X", "Y", "MAG")
    found: dict[str, list[MoverInFrame]] = defaultdict(list)
    for row in zip(*(table[name].tolist() for name in columns), strict=True):
        place = MoverInFrame(*row)
        found[place.name].append(place)
    return {name: tuple(places) for name, places in found.items()}
