"""A tracklet: a track laid on the sky and in time, as plain data that travels and is recorded."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.focal_plane import CHIPS
from tomoe_es.camera.frame_geometry import IMAGING_AREA, LINE_READOUT_SECONDS
from tomoe_es.camera.frame_id import parse_frame_id
from tomoe_es.reduction.magnitude import MAG_OF_E_FOLD
from tomoe_es.reduction.moving_objects.track import Track
from tomoe_es.scheduling.sky import separation_arcsec

if TYPE_CHECKING:
    from astropy.wcs import WCS  # takes a second to load, and tracklets are read where nothing else needs it

    from tomoe_es.reduction.moving_objects.moving_light import Light  # as well

Kind = Literal["object", "satellite"]

GEOSTATIONARY_ARCSEC_PER_SECOND: Final = (13.5, 16.0)
GEOSTATIONARY_ANGLE_DEG: Final = 20.0
FASTEST_ROCK_ARCSEC_PER_SECOND: Final = 50.0
"""An asteroid so fast is nearer than satellites are."""
LEAST_RMS_PIXELS: Final = 0.05
"""Of points, however bright: what the profile misses."""

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """Where the object was in the middle of the exposure of its row. Pixels are 0-based, the sky is ICRS.

    Its errors are along the motion and across it, without those of the chip's astrometry.
    """

    time_us: int
    x: float
    y: float
    error_along_pixels: float
    error_across_pixels: float
    ra_deg: float | None
    dec_deg: float | None


class Tracklet(msgspec.Struct, frozen=True, kw_only=True):
    """One moving object in one exposure of one chip; numbers of the sky are None where it isn't solved.

    `sightings` are three, each from a third of its points. `magnitude` is from the chip's zero point, where
    no star gives one from that of a clear sky; then nobody knows its error. `magnitude_error` is that of
    light and zero point, not of the object's colour, nor of its turning.
    """

    tracklet_id: str
    kind: Kind
    channel: str
    points: int
    score: float
    signal_to_noise: float
    flux_counts: float
    magnitude: float | None
    magnitude_error: float | None
    pixels_a_frame: float
    first_frame: int
    last_frame: int
    sightings: tuple[Sighting, ...]
    rate_arcsec_per_second: float | None
    position_angle_deg: float | None


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """When frames were exposed: start of the first, and seconds from frame to frame and of exposure."""

    start_us: int
    frame_seconds: float
    exposure_seconds: float

    def exposed(self, rows_a_frame: float) -> float:
        """How long an object on its way up the rows is exposed, a star being 1: the shutter rolls with it."""
        return 1 + rows_a_frame * LINE_READOUT_SECONDS / self.frame_seconds

    def time_us(self, frame: float, y: float) -> int:
        """Middle of the exposure of the row of a pixel in a frame: the shutter rolls."""
        row = IMAGING_AREA[0].start + y
        seconds = frame * self.frame_seconds + self.exposure_seconds / 2 + row * LINE_READOUT_SECONDS
        return self.start_us + round(seconds * 1e6)


def tracklet_of(
    track: Track,
    light: Light | None,
    number: int,
    frame_id: str,
    timing: Timing,
    wcs: WCS | None,
    magnitude_of_one_count: float,
    zero_point_error_mag: float | None,
) -> Tracklet:
    """The tracklet of a track, the `number`-th of its chip from 0, with its light if known."""
    sightings = tuple(_sighting(track, part, timing, wcs) for part in track.parts())
    rate, angle = _motion(sightings)
    magnitude, magnitude_error = None, None
    if light is not None:
        magnitude = magnitude_of_one_count - 2.5 * math.log10(light.counts / timing.exposed(track.vy))
        if zero_point_error_mag is not None:
            magnitude_error = math.hypot(MAG_OF_E_FOLD * light.error / light.counts, zero_point_error_mag)
    return Tracklet(
        tracklet_id=tracklet_id(frame_id, number),
        kind=_kind(rate, angle),
        channel=track.channel,
        points=len(track.frame),
        score=track.score,
        signal_to_noise=track.snr,
        flux_counts=light.counts if light is not None else 0.0,
        magnitude=magnitude,
        magnitude_error=magnitude_error,
        pixels_a_frame=track.pixels_a_frame,
        first_frame=math.floor(track.frame[0]),
        last_frame=math.ceil(track.frame[-1]),
        sightings=sightings,
        rate_arcsec_per_second=rate,
        position_angle_deg=angle,
    )


def tracklet_id(frame_id: str, number: int) -> str:
    """Eight letters and digits, what ADES allows, that say exposure, chip and number: the same ever again.

    Unique for 100 tracklets a chip, since 10^8 exposures x 84 chips x 100 are fewer than 62^7.
    """
    frame = parse_frame_id(frame_id)
    rest = (frame.exposure_number * len(CHIPS) + list(CHIPS).index(frame.det_id)) * 100 + number % 100
    digits = ""
    for _ in range(7):
        rest, digit = divmod(rest, 62)
        digits = _DIGITS[digit] + digits
    return f"T{digits}"


def _sighting(track: Track, part: NDArray[np.int64], timing: Timing, wcs: WCS | None) -> Sighting:
    """Mean of some points of a track: what they are off the line, added to the line at their mean frame."""
    frame = float(track.frame[part].mean())
    x, y = float(track.x[part].mean()), float(track.y[part].mean())
    ra = dec = None
    if wcs is not None:
        ra, dec = (float(value) for value in wcs.all_pix2world(x, y, 0))
    error = max(track.rms_pixels, LEAST_RMS_PIXELS) / math.sqrt(len(part))
    across = error / math.hypot(1, track.along_to_across)
    return Sighting(
        time_us=timing.time_us(frame, y),
        x=x,
        y=y,
        error_along_pixels=across * track.along_to_across,
        error_across_pixels=across,
        ra_deg=ra,
        dec_deg=dec,
    )


def _motion(sightings: tuple[Sighting, ...]) -> tuple[float | None, float | None]:
    """Arcsec a second, and position angle from north over east, from the first to the last sighting."""
    first, last = sightings[0], sightings[-1]
    if first.ra_deg is None or first.dec_deg is None or last.ra_deg is None or last.dec_deg is None:
        return None, None
    way = separation_arcsec(first.ra_deg, first.dec_deg, last.ra_deg, last.dec_deg)
    east = math.radians((last.ra_deg - first.ra_deg + 180) % 360 - 180)
    dec1, dec2 = math.radians(first.dec_deg), math.radians(last.dec_deg)
    angle = math.atan2(
        math.sin(east) * math.cos(dec2),
        math.cos(dec1) * math.sin(dec2) - math.sin(dec1) * math.cos(dec2) * math.cos(east),
    )
    return way / ((last.time_us - first.time_us) / 1e6), math.degrees(angle) % 360


def _kind(rate: float | None, angle_deg: float | None) -> Kind:
    """A satellite stands over the ground, so goes east by 15 arcsec a second, or is too fast for a rock."""
    if rate is None or angle_deg is None:
        return "object"
    low, high = GEOSTATIONARY_ARCSEC_PER_SECOND
    eastward = abs(angle_deg - 90) < GEOSTATIONARY_ANGLE_DEG
    return (
        "satellite" if rate > FASTEST_ROCK_ARCSEC_PER_SECOND or (eastward and low < rate < high) else "object"
    )
