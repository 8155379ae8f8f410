"""What the archive keeps of moving objects: cut-outs, with the table of tracklets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from tomoe_es.reduction.calibrated_frames import CalibratedFrames
from tomoe_es.reduction.moving_objects.track import Track
from tomoe_es.reduction.moving_objects.tracklet import Tracklet

HALF_SIZE: Final = 15


def cutouts(
    frames: CalibratedFrames, reference: NDArray[np.float32], tracks: Sequence[Track]
) -> NDArray[np.float32]:
    """Each frame about each object, less the sky that stays, shape (n, nframe, 31, 31); NaN beyond the chip.

    The middle pixel is the one that the object's middle is in.
    """
    size = 2 * HALF_SIZE + 1
    out = np.full((len(tracks), frames.nframe, size, size), np.nan, dtype=np.float32)
    height, width = reference.shape
    for track, stamps in zip(tracks, out, strict=True):
        for number, stamp in enumerate(stamps):
            x, y = (round(value) for value in track.at(number))
            left, low = max(0, x - HALF_SIZE), max(0, y - HALF_SIZE)
            right, high = min(width, x + HALF_SIZE + 1), min(height, y + HALF_SIZE + 1)
            if left < right and low < high:
                here = (slice(low, high), slice(left, right))
                place = (
                    slice(low - y + HALF_SIZE, high - y + HALF_SIZE),
                    slice(left - x + HALF_SIZE, right - x + HALF_SIZE),
                )
                stamp[place] = frames.frame(number, here) - reference[here]
    return out


def tracklet_table(tracklets: Sequence[Tracklet]) -> fits.BinTableHDU:
    """One row a sighting, positions 1-based as in FITS, NaN where the field isn't solved."""
    rows = [(tracklet, sighting) for tracklet in tracklets for sighting in tracklet.sightings]

    def numbers(values: list[float | None]) -> NDArray[np.float64]:
        return np.array([np.nan if value is None else value for value in values])

    columns = [
        fits.Column("TRACKLET", "8A", array=[tracklet.tracklet_id for tracklet, _ in rows]),
        fits.Column("KIND", "9A", array=[tracklet.kind for tracklet, _ in rows]),
        fits.Column("CHANNEL", "7A", array=[tracklet.channel for tracklet, _ in rows]),
        fits.Column("TIME_US", "K", unit="us", array=[sighting.time_us for _, sighting in rows]),
        fits.Column("X", "D", unit="pixel", array=[sighting.x + 1 for _, sighting in rows]),
        fits.Column("Y", "D", unit="pixel", array=[sighting.y + 1 for _, sighting in rows]),
        fits.Column("RA", "D", unit="deg", array=numbers([sighting.ra_deg for _, sighting in rows])),
        fits.Column("DEC", "D", unit="deg", array=numbers([sighting.dec_deg for _, sighting in rows])),
        fits.Column(
            "ERRALONG", "E", unit="pixel", array=[sighting.error_along_pixels for _, sighting in rows]
        ),
        fits.Column(
            "ERRACROS", "E", unit="pixel", array=[sighting.error_across_pixels for _, sighting in rows]
        ),
        fits.Column("MAG", "E", unit="mag", array=numbers([tracklet.magnitude for tracklet, _ in rows])),
        fits.Column(
            "MAGERR",
            "E",
            unit="mag",
            array=numbers([tracklet.magnitude_error for tracklet, _ in rows]),
        ),
        fits.Column("FLUX", "E", unit="count", array=[tracklet.flux_counts for tracklet, _ in rows]),
        fits.Column("SNR", "E", array=[tracklet.signal_to_noise for tracklet, _ in rows]),
        fits.Column(
            "RATE",
            "E",
            unit="arcsec/s",
            array=numbers([tracklet.rate_arcsec_per_second for tracklet, _ in rows]),
        ),
        fits.Column(
            "POSANG", "E", unit="deg", array=numbers([tracklet.position_angle_deg for tracklet, _ in rows])
        ),
        fits.Column("SCORE", "E", array=[tracklet.score for tracklet, _ in rows]),
        fits.Column("POINTS", "I", array=[tracklet.points for tracklet, _ in rows]),
    ]
    return fits.BinTableHDU.from_columns(columns, name="TRACKLETS")
