"""Moving objects of known track: asteroids and the like, each on a great circle at a constant rate."""

from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from astropy.wcs import WCS

from adapters.simulator.sky.psf import LightPatch, MoffatPsf
from tomoe_es.camera.frame_geometry import (
    IMAGING_AREA,
    IMAGING_SHAPE,
    LINE_READOUT_SECONDS,
    PIXEL_SCALE_ARCSEC,
)

PATCH_RADIUS: Final = 16
"""Pixels from its track within which an object throws light."""
STEPS_A_PIXEL: Final = 2
LINE_US: Final = LINE_READOUT_SECONDS * 1e6
ROUNDS: Final = 4
"""Of time and row: each comes nearer by the rows that an object passes while one is read, 0.03 at most."""
FARTHEST_PIXELS: Final = 200.0
"""From the chip: no object comes on to it from farther while the rows are read."""


class MovingObject(msgspec.Struct, frozen=True, kw_only=True):
    """Position (ICRS) at an epoch, and the rates east (in arc, not in right ascension) and north."""

    name: str
    ra_deg: float
    dec_deg: float
    epoch_us: int
    rate_east_arcsec_per_second: float
    rate_north_arcsec_per_second: float
    magnitude: float


@dataclass(frozen=True, slots=True)
class MoverInFrame:
    """Where an object was in the middle of one frame's exposure of the row it fell on."""

    name: str
    frame: int
    time_us: int
    ra_deg: float
    dec_deg: float
    x: float
    y: float
    magnitude: float

    @property
    def is_on_imaging_area(self) -> bool:
        """Whether its middle is; beside it, some of its light may be."""
        return -0.5 <= self.x < IMAGING_SHAPE[1] - 0.5 and -0.5 <= self.y < IMAGING_SHAPE[0] - 0.5


def position_at(mover: MovingObject, time_us: int | float) -> tuple[float, float]:
    """Right ascension and declination of an object, degrees, at a UTC time in microseconds."""
    ra, dec = np.radians(mover.ra_deg), np.radians(mover.dec_deg)
    east = np.array([-np.sin(ra), np.cos(ra), 0.0])
    north = np.array([-np.sin(dec) * np.cos(ra), -np.sin(dec) * np.sin(ra), np.cos(dec)])
    here = np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])
    rate = np.hypot(mover.rate_east_arcsec_per_second, mover.rate_north_arcsec_per_second)
    if rate == 0:
        return mover.ra_deg % 360, mover.dec_deg
    heading = (mover.rate_east_arcsec_per_second * east + mover.rate_north_arcsec_per_second * north) / rate
    arc = np.radians(rate * (time_us - mover.epoch_us) / 1e6 / 3600)
    x, y, z = here * np.cos(arc) + heading * np.sin(arc)
    return float(np.degrees(np.arctan2(y, x)) % 360), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def place_in_frame(
    mover: MovingObject, wcs: WCS, frame: int, frame_start_us: float, exposure_seconds: float
) -> MoverInFrame | None:
    """The object on one chip in one frame, or None when its streak is PATCH_RADIUS or farther beside it.

    The rolling shutter exposes each row later than the one before, and the object is on another row by then:
    time and row are found in turns.
    """
    farthest = FARTHEST_PIXELS + _way_pixels(mover, exposure_seconds) / 2
    time_us = middle_us = frame_start_us + exposure_seconds * 5e5
    for _ in range(ROUNDS):
        ra, dec = position_at(mover, time_us)
        x, y = _pixel(wcs, ra, dec)
        if not -farthest <= y <= IMAGING_SHAPE[0] - 1 + farthest:
            return None
        time_us = middle_us + (IMAGING_AREA[0].start + y) * LINE_US
    if not _is_near(x, y, farthest, farthest):
        return None
    before, after = _ends(mover, time_us, wcs, _half_us(mover, time_us, wcs, exposure_seconds))
    half_x, half_y = abs(after[0] - before[0]) / 2, abs(after[1] - before[1]) / 2
    if not _is_near(x, y, PATCH_RADIUS + half_x, PATCH_RADIUS + half_y):
        return None
    return MoverInFrame(mover.name, frame, round(time_us), ra, dec, x, y, mover.magnitude)


def trail(
    mover: MovingObject,
    place: MoverInFrame,
    wcs: WCS,
    exposure_seconds: float,
    electrons: float,
    psf: MoffatPsf,
) -> LightPatch:
    """The light of an object in one frame, drawn out over its motion during the exposure.

    The shutter rolls with an object that moves up the rows, so that it is exposed for longer than a star.
    `electrons` are those of a star.
    """
    half_us = _half_us(mover, place.time_us, wcs, exposure_seconds)
    electrons *= half_us / (exposure_seconds * 5e5)
    steps = 1 + int(np.ceil(STEPS_A_PIXEL * _way_pixels(mover, exposure_seconds)))
    parts = (np.arange(steps) + 0.5) / steps * 2 - 1
    sky_deg = np.array([position_at(mover, place.time_us + part * half_us) for part in parts])
    track = wcs.all_world2pix(sky_deg, 0)
    size = IMAGING_SHAPE[::-1]
    x0, y0 = np.clip(np.floor(track.min(axis=0)).astype(int) - PATCH_RADIUS, 0, size)
    x1, y1 = np.clip(np.ceil(track.max(axis=0)).astype(int) + PATCH_RADIUS + 1, 0, size)
    patch = np.zeros((y1 - y0, x1 - x0), dtype=np.float32)
    psf.add_stars(patch, track[:, 0] - x0, track[:, 1] - y0, np.full(steps, electrons / steps))
    return LightPatch(int(y0), int(x0), patch)


def _half_us(mover: MovingObject, time_us: float, wcs: WCS, exposure_seconds: float) -> float:
    """Half the time for which an object is exposed: longer than a star where it moves up the rows."""
    half_us = exposure_seconds * 5e5
    before, after = _ends(mover, time_us, wcs, half_us)
    return half_us / (1 - (after[1] - before[1]) * LINE_READOUT_SECONDS / exposure_seconds)


def _ends(mover: MovingObject, time_us: float, wcs: WCS, half_us: float) -> tuple[tuple[float, float], ...]:
    """Where it is so long before and after a time, x and y."""
    return tuple(_pixel(wcs, *position_at(mover, time_us + away)) for away in (-half_us, half_us))


def _way_pixels(mover: MovingObject, seconds: float) -> float:
    rate = np.hypot(mover.rate_east_arcsec_per_second, mover.rate_north_arcsec_per_second)
    return float(rate * seconds / PIXEL_SCALE_ARCSEC)


def _is_near(x: float, y: float, margin_x: float, margin_y: float) -> bool:
    """Whether a place is on the imaging area, or so few pixels beside it."""
    height, width = IMAGING_SHAPE
    return -margin_x <= x <= width - 1 + margin_x and -margin_y <= y <= height - 1 + margin_y


def _pixel(wcs: WCS, ra_deg: float, dec_deg: float) -> tuple[float, float]:
    x, y = wcs.all_world2pix(ra_deg, dec_deg, 0)
    return float(x), float(y)
