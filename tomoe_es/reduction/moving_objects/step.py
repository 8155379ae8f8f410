"""The step `neo` of a recipe's pipeline: from the calibrated frames of a chip to its tracklets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from astropy.wcs import WCS
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import PIXEL_SCALE_ARCSEC
from tomoe_es.reduction.calibrate import CalibratedCube
from tomoe_es.reduction.moving_objects.collection import cutouts
from tomoe_es.reduction.moving_objects.difference import differ
from tomoe_es.reduction.moving_objects.search import Found, search
from tomoe_es.reduction.moving_objects.tracklet import Timing, Tracklet, tracklet_of
from tomoe_es.reduction.photometry import Photometry
from tomoe_es.reduction.stack import DROPPED_FRAMES

USUAL_FWHM_ARCSEC: Final = 3.5
NARROWEST_FWHM_PIXELS, WIDEST_FWHM_PIXELS = 1.8, 5.5
"""Between these a filter of nine pixels holds the PSF."""


@dataclass(frozen=True, slots=True)
class MovingObjects:
    """What a search gave: the tracklets, their cut-outs (n, nframe, 31, 31), and all that was counted."""

    tracklets: tuple[Tracklet, ...]
    cutouts: NDArray[np.float32]
    found: Found


def find_moving_objects(
    calibrated: CalibratedCube,
    measured: Photometry,
    frame_id: str,
    timing: Timing,
    wcs: WCS | None,
    gain_e_per_count: float,
) -> MovingObjects:
    """Search the frames of a calibrated cube, of which there must be at least difference.FEWEST_FRAMES."""
    difference = differ(
        calibrated.frames,
        DROPPED_FRAMES,
        calibrated.bad | calibrated.saturated,
        measured.sky_counts,
        gain_e_per_count,
    )
    fwhm = (measured.fwhm_arcsec or USUAL_FWHM_ARCSEC) / PIXEL_SCALE_ARCSEC
    fwhm = float(np.clip(fwhm, NARROWEST_FWHM_PIXELS, WIDEST_FWHM_PIXELS))
    found = search(difference, measured.sources, fwhm, timing.exposure_seconds / timing.frame_seconds)
    return MovingObjects(
        tracklets=tuple(
            tracklet_of(track, number, frame_id, timing, wcs, gain_e_per_count)
            for number, track in enumerate(found.tracks)
        ),
        cutouts=cutouts(calibrated.frames, difference.reference, found.tracks),
        found=found,
    )
