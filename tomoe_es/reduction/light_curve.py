"""Light curves from archived cubes: the flux of one position in each frame, by one call."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import sep
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray

from tomoe_es.camera.rolling_shutter import mid_time_us
from tomoe_es.clock import from_datetime
from tomoe_es.errors import TomoeError, UsageError
from tomoe_es.reduction.mask import BAD, SATURATED

APERTURE_PIXELS: Final = 4.5
"""Radius, as in the source table of a stack, whose MAGZERO so holds for these fluxes too."""
SKY_PIXELS: Final = (9.0, 15.0)
"""Inner and outer radius of the ring in which the sky is measured."""
_CLIP_SIGMA: Final = 3.0


class CubeUnreadable(TomoeError):
    """A file is not a calibrated cube, or can't be read."""

    what_to_do = "give a file of the kind CUBE from the archive; look at its disk"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} can't be read as a calibrated cube ({reason}): give an r*.fits of the archive"
        )


class CubeUnsolved(TomoeError):
    """A cube has no astrometric solution, so that it can't be asked by sky position."""

    what_to_do = "ask for a pixel instead: --x and --y"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} has no astrometric solution: ask for a pixel instead")


class PositionOutsideCube(TomoeError):
    """The position asked for is not on the chip, or so near its edge that the sky can't be measured."""

    what_to_do = "ask for a position on the chip, some 15 pixels from its edges; another chip may have it"

    def __init__(self, x: float, y: float, shape: tuple[int, int]) -> None:
        super().__init__(
            f"pixel {x + 1:.1f}, {y + 1:.1f} (counted from 1) is not on the chip of {shape[1]} x {shape[0]} "
            f"pixels, or within {SKY_PIXELS[1]:g} of its edge: ask for another position"
        )


class PositionBeyondSky(UsageError):
    """No position of the sky has such a right ascension or declination."""

    what_to_do = "give a right ascension of 0 to 360 degrees and a declination of -90 to 90"

    def __init__(self, ra_deg: float, dec_deg: float) -> None:
        super().__init__(f"there is no position {ra_deg:g}, {dec_deg:g} on the sky: {self.what_to_do}")


class RadiusUnusable(UsageError):
    """A circle of this radius holds no pixel, or reaches into the ring in which the sky is measured."""

    what_to_do = f"give a radius over 0, up to {SKY_PIXELS[0]:g} pixels"

    def __init__(self, radius_pixels: float) -> None:
        super().__init__(f"a radius of {radius_pixels:g} pixels: {self.what_to_do}")


class LightCurve(NamedTuple):
    """One value a frame, all frames: middle of the exposure of the position's row, UTC microseconds; flux and
    its standard deviation in counts; whether a bad or saturated pixel is in the circle.
    """

    x: float
    y: float
    mid_times_us: NDArray[np.int64]
    flux_counts: NDArray[np.float64]
    flux_error_counts: NDArray[np.float64]
    flagged: bool


def light_curve(
    cube: Path,
    *,
    ra_deg: float | None = None,
    dec_deg: float | None = None,
    x: float | None = None,
    y: float | None = None,
    radius_pixels: float = APERTURE_PIXELS,
) -> LightCurve:
    """Measure a position in each frame of a cube, given as ICRS degrees or as a 0-based pixel.

    Only the tiles around it are read. Each frame has its own sky: the median of a ring, without what is
    3 sigma off. Errors are of photons, sky and readout. Raises CubeUnreadable, CubeUnsolved,
    PositionOutsideCube, PositionBeyondSky, RadiusUnusable; ValueError unless one position is given.
    """
    if not 0 < radius_pixels <= SKY_PIXELS[0]:
        raise RadiusUnusable(radius_pixels)
    if (ra_deg is None) == (x is None) or (ra_deg is None) != (dec_deg is None) or (x is None) != (y is None):
        raise ValueError("give either ra_deg and dec_deg, or x and y")
    if ra_deg is not None and dec_deg is not None and not (0 <= ra_deg <= 360 and -90 <= dec_deg <= 90):
        raise PositionBeyondSky(ra_deg, dec_deg)
    try:
        with fits.open(cube) as hdus:
            header, frames, mask = hdus[0].header, hdus["CUBE"], hdus["MASK"]
            if ra_deg is not None and dec_deg is not None:
                x, y = _pixel(cube, frames.header, ra_deg, dec_deg)
            assert x is not None
            assert y is not None
            rows, columns = _around(x, y, frames.shape[-2:])
            stamps = np.ascontiguousarray(frames.section[:, rows, columns])
            masked = np.ascontiguousarray(mask.section[rows, columns])
    except FileNotFoundError as error:
        raise CubeUnreadable(cube, "there is no such file") from error
    except (OSError, KeyError, ValueError) as error:
        raise CubeUnreadable(cube, str(error)) from error
    start_us = from_datetime(dt.datetime.fromisoformat(header["DATE-OBS"]).replace(tzinfo=dt.UTC))
    times = [mid_time_us(start_us, frame, y, header["EXPTIME1"]) for frame in range(len(stamps))]
    place = x - columns.start, y - rows.start
    measured = [_measure(stamp, masked, place, radius_pixels, header["GAIN"]) for stamp in stamps]
    fluxes, errors = np.array(measured).T
    within = _distance(masked.shape, place) <= radius_pixels
    flagged = bool((masked[within] & (BAD | SATURATED)).any())
    return LightCurve(x, y, np.array(times, np.int64), fluxes, errors, flagged)


def _pixel(cube: Path, header: fits.Header, ra_deg: float, dec_deg: float) -> tuple[float, float]:
    if "CTYPE1" not in header:
        raise CubeUnsolved(cube)
    [[x, y]] = WCS(header, naxis=2).all_world2pix([[ra_deg, dec_deg]], 0, quiet=True)
    return float(x), float(y)


def _around(x: float, y: float, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns with the outer ring of the sky."""
    reach = SKY_PIXELS[1]
    if not (reach <= x <= shape[1] - 1 - reach and reach <= y <= shape[0] - 1 - reach):
        raise PositionOutsideCube(x, y, shape)
    return (
        slice(math.floor(y - reach), math.ceil(y + reach) + 1),
        slice(math.floor(x - reach), math.ceil(x + reach) + 1),
    )


def _distance(shape: tuple[int, ...], place: tuple[float, float]) -> NDArray[np.float64]:
    rows, columns = np.indices(shape)
    return np.asarray(np.hypot(columns - place[0], rows - place[1]))


def _measure(
    stamp: NDArray[np.float32],
    mask: NDArray[np.uint8],
    place: tuple[float, float],
    radius_pixels: float,
    gain_e_per_count: float,
) -> tuple[float, float]:
    """Flux and its error in one frame."""
    distance = _distance(stamp.shape, place)
    ring = (distance >= SKY_PIXELS[0]) & (distance <= SKY_PIXELS[1]) & ((mask & BAD) == 0)
    sky = stamp[ring].astype(np.float64)
    for _ in range(2):
        sky = sky[np.abs(sky - np.median(sky)) <= _CLIP_SIGMA * sky.std()]
    level, noise = float(np.median(sky)), float(sky.std())
    data = stamp.astype(np.float32) - np.float32(level)
    at = [[each] for each in place]
    [flux], [error], _ = sep.sum_circle(data, *at, radius_pixels, err=noise, gain=gain_e_per_count, subpix=0)
    of_level = math.pi * radius_pixels**2 * noise * math.sqrt(math.pi / 2 / max(len(sky), 1))
    return float(flux), math.hypot(float(error), of_level)
