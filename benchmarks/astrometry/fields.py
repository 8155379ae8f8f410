"""Chips of the simulated sky at high and low galactic latitude: their sources, and what is true of them."""

from __future__ import annotations

from dataclasses import dataclass

import erfa
import numpy as np
from astropy.wcs import WCS
from numpy.typing import NDArray

from adapters.simulator.sky.catalogue import load_tycho2
from adapters.simulator.sky.detector import detector_of
from adapters.simulator.sky.field import stars_on_chip
from adapters.simulator.sky.render import ChipRenderer, true_wcs
from adapters.simulator.sky.request import RenderRequest
from adapters.star_indexes import CELL_DEG, sky_cell
from tomoe_es.camera.field_mapping import distorted_wcs
from tomoe_es.camera.focal_plane import CHIPS, chip_centre
from tomoe_es.camera.frame_geometry import (
    GAIN_ELECTRONS_PER_COUNT,
    IMAGING_AREA,
    IMAGING_SHAPE,
    ORIGINAL_SHAPE,
    READ_NOISE_E,
)
from tomoe_es.camera.refraction import Air
from tomoe_es.clock import DAY, year_of
from tomoe_es.reduction.bias import bias_levels
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.photometry import measure
from tomoe_es.reduction.stack import stack
from tomoe_es.scheduling.sky import horizontal, offset
from tomoe_es.transfer.stored_counts import as_stored

FRAMES, SECONDS = 6, 0.5
FROM_US = 1_767_225_600_000_000  # 2026-01-01
LOWEST_ALTITUDE_DEG = 30.0
POINTING_ERROR_ARCSEC = 10.0
GAIN = GAIN_ELECTRONS_PER_COUNT["high"]
CELLS = 10
MARGIN_DEG = 2.0
LISTED_ERROR_PIXELS = 0.08
LATITUDES = {"> 20": (20.0, 90.0), "< 10": (0.0, 10.0)}


@dataclass(frozen=True)
class Chip:
    """A chip's exposure, and where the mount says that the telescope points."""

    request: RenderRequest
    pointing_deg: tuple[float, float]

    @property
    def predicted(self) -> WCS:
        """The WCS that the reduction predicts: it knows pointing, optics and air nearly."""
        return distorted_wcs(self.request.det_id, *self.pointing_deg, self.request.start_time_us)


def chips(latitudes_deg: tuple[float, float], count: int, seed: int) -> list[Chip]:
    """Chips anywhere on the camera, in a few parts of the sky, above 30 degrees at any time of a year."""
    random = np.random.default_rng(seed)
    cells = _cells(latitudes_deg)
    found: list[Chip] = []
    while len(found) < count:
        cell_ra, cell_dec = cells[len(found) % len(cells)]
        det_id = int(random.choice(list(CHIPS)))
        east, north = random.uniform(-CELL_DEG * 1500, CELL_DEG * 1500, 2)
        boresight = _boresight(det_id, offset(cell_ra, cell_dec, float(east), float(north)))
        time_us = FROM_US + int(random.integers(365 * DAY))
        if horizontal(*boresight, time_us).altitude_deg < LOWEST_ALTITUDE_DEG:
            continue
        request = RenderRequest(
            seed=1,
            exposure_number=len(found) + 1,
            det_id=det_id,
            data_type="OBJECT",
            nframe=FRAMES,
            exposure_seconds=SECONDS,
            start_time_us=time_us,
            transparency=(1.0,) * FRAMES,
            true_ra_deg=boresight[0],
            true_dec_deg=boresight[1],
            air=Air(886.0 + float(random.normal(0, 4)), float(random.uniform(-10, 20))),
        )
        east, north = random.normal(0, POINTING_ERROR_ARCSEC, 2)
        found.append(Chip(request, offset(*boresight, float(east), float(north))))
    return found


def _cells(latitudes_deg: tuple[float, float]) -> list[tuple[float, float]]:
    """Middles of parts of the sky that can be seen from Kiso, the same at every call."""
    random = np.random.default_rng(5)
    found: list[tuple[float, float]] = []
    while len(found) < CELLS:
        dec_deg = float(np.degrees(np.arcsin(random.uniform(-0.3, 0.94))))
        ra_deg, dec_deg, _ = sky_cell(float(random.uniform(0, 360)), dec_deg)
        latitude_deg = abs(np.degrees(erfa.icrs2g(*np.radians((ra_deg, dec_deg)))[1]))
        if latitudes_deg[0] + MARGIN_DEG <= latitude_deg < latitudes_deg[1] - MARGIN_DEG:
            found.append((ra_deg, dec_deg))
    return found


def _boresight(det_id: int, middle_deg: tuple[float, float]) -> tuple[float, float]:
    """Where the telescope points when the middle of a chip is at a position."""
    ra_deg, dec_deg = middle_deg
    for _ in range(8):
        found_ra, found_dec = chip_centre(det_id, ra_deg, dec_deg)
        ra_deg += (middle_deg[0] - found_ra + 180) % 360 - 180
        dec_deg += middle_deg[1] - found_dec
    return ra_deg % 360, dec_deg


def measured_sources(chip: Chip) -> NDArray[np.float64]:
    """Positions (n, 2) of the sources of the chip's rendered and calibrated stack, brightest first."""
    renderer = ChipRenderer(chip.request)
    counts = np.empty((FRAMES, *ORIGINAL_SHAPE), np.uint16)
    for number, frame in enumerate(counts):
        renderer.write_frame(number, frame)
    stacked = stack(as_stored(counts, counts), *_perfect_masters(chip.request.det_id), GAIN)
    return measure(stacked.image, stacked.mask, GAIN * stacked.frames_used).xy


def listed_sources(chip: Chip) -> NDArray[np.float64]:
    """The same without pixels: the true places of the 600 brightest stars, with an error on each axis."""
    stars = stars_on_chip(load_tycho2(), true_wcs(chip.request), year_of(chip.request.start_time_us))
    height, width = IMAGING_SHAPE
    inside = (stars.x > 0) & (stars.x < width - 1) & (stars.y > 0) & (stars.y < height - 1)
    brightest = np.argsort(stars.magnitude[inside])[:600]
    xy = np.column_stack([stars.x[inside], stars.y[inside]])[brightest]
    random = np.random.default_rng(chip.request.exposure_number)
    return np.asarray(xy + random.normal(0, LISTED_ERROR_PIXELS, xy.shape))


def largest_error_arcsec(chip: Chip, wcs: WCS) -> float:
    """Of a solution, over the chip's corners and middle."""
    height, width = IMAGING_SHAPE
    corners = [[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1], [width / 2, height / 2]]
    places = np.array(corners, dtype=np.float64)
    found, true = (np.radians(each.all_pix2world(places, 0)) for each in (wcs, true_wcs(chip.request)))
    apart = np.hypot((found - true)[:, 0] * np.cos(true[:, 1]), (found - true)[:, 1])
    return float(np.degrees(apart.max()) * 3600)


def _perfect_masters(det_id: int) -> tuple[CalibrationFrame, CalibrationFrame]:
    """Dark and flat as of infinitely many frames; each frame's bias level is measured."""
    detector = detector_of(det_id)
    electrons = detector.dark_e_per_second * np.float32(SECONDS)
    without_light = np.rint(detector.bias_counts).astype(np.uint16)
    pattern = detector.bias_counts - bias_levels(as_stored(without_light[None]))
    none = np.zeros(IMAGING_SHAPE, np.uint8)
    dark = CalibrationFrame(
        pattern[IMAGING_AREA] + electrons / np.float32(GAIN),
        np.sqrt(np.float32(READ_NOISE_E**2) + electrons) / np.float32(GAIN),
        none,
        1000,
    )
    return dark, CalibrationFrame(detector.response, np.zeros(IMAGING_SHAPE, np.float32), none, 1000)
