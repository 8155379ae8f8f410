"""The step `neo` of a recipe's pipeline: from the frames of a chip to its tracklets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from astropy.wcs import WCS
from numpy.typing import NDArray

from tomoe_es.reduction.frame_numbers import DROPPED_FRAMES
from tomoe_es.reduction.mask import BAD, SATURATED
from tomoe_es.reduction.moving_objects.collection import cutouts
from tomoe_es.reduction.moving_objects.difference import differ
from tomoe_es.reduction.moving_objects.light import fitted
from tomoe_es.reduction.moving_objects.search import Found, search
from tomoe_es.reduction.moving_objects.tracklet import Timing, Tracklet, tracklet_of
from tomoe_es.reduction.photometry import Photometry
from tomoe_es.reduction.stack import Stack

NARROWEST_FWHM_PIXELS: Final = 1.8
WIDEST_FWHM_PIXELS: Final = 5.5
"""Between these a filter of nine pixels holds the PSF."""


@dataclass(frozen=True, slots=True)
class MovingObjects:
    """What a search gave: the tracklets, their cut-outs (n, nframe, 31, 31), and all that was counted."""

    tracklets: tuple[Tracklet, ...]
    cutouts: NDArray[np.float32]
    found: Found


def find_moving_objects(
    stacked: Stack,
    variance: NDArray[np.float32],
    measured: Photometry,
    frame_id: str,
    timing: Timing,
    wcs: WCS | None,
    magnitude_of_one_count: float,
    zero_point_error_mag: float | None,
) -> MovingObjects:
    """Search at least FEWEST_FRAMES_TO_SEARCH frames, of a stack that has what they show over time.

    `variance` (1128, 2000) is that of a pixel of one frame, counts squared. What clipping left out of the
    stack is searched as well: a mover is what it leaves out.
    """
    assert stacked.over_time is not None
    untrusted = (stacked.mask & (BAD | SATURATED)) != 0
    difference = differ(
        stacked.frames,
        stacked.over_time,
        DROPPED_FRAMES,
        untrusted,
        measured.sky_counts,
        variance,
    )
    fwhm = float(np.clip(measured.fwhm_pixels, NARROWEST_FWHM_PIXELS, WIDEST_FWHM_PIXELS))
    duty = timing.exposure_seconds / timing.frame_seconds
    found = search(difference, measured.sources, fwhm, duty)
    seen = [
        fitted(track, difference, DROPPED_FRAMES, measured.profile, duty, measured.sources)
        for track in found.tracks
    ]
    return MovingObjects(
        tracklets=tuple(
            tracklet_of(
                track, light, number, frame_id, timing, wcs, magnitude_of_one_count, zero_point_error_mag
            )
            for number, (track, light) in enumerate(seen)
        ),
        cutouts=cutouts(stacked.frames, difference.reference, found.tracks),
        found=found,
    )
