"""Which chips are simulated: where they look, through what seeing, and what moves on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS

from adapters.simulator.sky.moving_objects import MovingObject
from adapters.simulator.sky.photometry import SEEING_FWHM_ARCSEC
from adapters.simulator.sky.streaks import concentration
from tomoe_es.camera.focal_plane import chip_centre, chip_wcs
from tomoe_es.camera.frame_geometry import IMAGING_SHAPE, PIXEL_SCALE_ARCSEC
from tomoe_es.clock import DAY, MINUTE
from tomoe_es.scheduling.sky import horizontal

NFRAME: Final = 18
EXPOSURE_SECONDS: Final = 0.5
START_US: Final = 1_779_926_400_000_000
"""Midnight, 2026-05-28 UTC; each field is exposed at its own time of that day."""
FIRST_EXPOSURE: Final = 1000
DET_IDS: Final = (101, 301, 110, 417)
"""Two chips in the middle of the field, two farther out: each needs its own dark and flat."""
INNER_DET_IDS: Final = (101, 301)
CHIPS_A_FIELD: Final = len(DET_IDS)
SEEINGS_ARCSEC: Final = (3.5, 3.5, 3.0, 3.5, 4.2)
POINTING_ERROR_ARCSEC: Final = 20.0
FIELD_HALF_SIZE_DEG: Final = 1.0
LOWEST_DEC_DEG, HIGHEST_DEC_DEG = -15.0, 75.0
LOWEST_ALTITUDE_DEG: Final = 35.0

SPEEDS: Final = (0.1, 0.2, 0.4, 0.7, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0)
"""Pixels a frame; 0.4 are 0.95 arcsec a second."""
SIGNALS: Final = (5.0, 7.0, 10.0)
"""Signal-to-noise ratio of the whole streak in one frame, by a filter of its shape."""
CROSSING_SPEEDS: Final = (1.0, 2.0, 5.0, 10.0, 20.0)
CROSSING_SIGNALS: Final = (7.0, 10.0)
FRAMES_OF_CROSSING: Final = (7, 13)
CROSSING_WITHIN_DEG: Final = 50.0
"""Of straight over the edge: who runs along it may never be seen."""


@dataclass(frozen=True, slots=True)
class ChipPlan:
    """One chip of one exposure. The boresight is `ra_deg`, `dec_deg`; the mount says that it is at `stated`.

    `cells` are the (pixels a frame, signal) of its movers, which are named 'mover 0' and so on, and
    `crossing_cells` those of the objects that come over an edge or leave by it: 'crossing 0' and so on.
    """

    number: int
    det_id: int
    start_us: int
    ra_deg: float
    dec_deg: float
    stated: tuple[float, float]
    latitude_deg: float
    seeing_arcsec: float
    cells: tuple[tuple[float, float], ...]
    movers: tuple[MovingObject, ...]
    crossing_cells: tuple[tuple[float, float], ...] = ()
    crossing: tuple[MovingObject, ...] = ()

    @property
    def exposure_number(self) -> int:
        """Exposure of this chip: each is from another one."""
        return FIRST_EXPOSURE + self.number

    @property
    def crowded(self) -> bool:
        """Whether it is within 10 degrees of the galactic plane."""
        return abs(self.latitude_deg) < 10


def plan_chip(seed: int, number: int, *, movers: bool = True, chips_a_field: int = CHIPS_A_FIELD) -> ChipPlan:
    """The `number`-th chip of a seed's night, whatever the number of chips.

    Chips share a field, so that they share a star index. Fields are in turns at |b| > 20 degrees and at
    |b| < 10.
    """
    field = number // chips_a_field
    centre_ra, centre_dec, start_us = _field(seed, field)
    random = np.random.default_rng([seed, 1, number])
    det_id = DET_IDS[number % len(DET_IDS)]
    away = random.uniform(-FIELD_HALF_SIZE_DEG, FIELD_HALF_SIZE_DEG, 2)
    dec = centre_dec + float(away[1])
    ra = centre_ra + float(away[0]) / np.cos(np.radians(dec))
    ra, dec = _boresight_for(det_id, ra, dec)
    off = random.normal(0, POINTING_ERROR_ARCSEC / 3600, 2)
    stated = ((ra + float(off[0]) / np.cos(np.radians(dec))) % 360, dec + float(off[1]))
    seeing = SEEINGS_ARCSEC[(number // 2) % len(SEEINGS_ARCSEC)]
    cells = tuple((speed, SIGNALS[(number + i) % len(SIGNALS)]) for i, speed in enumerate(SPEEDS))
    crossing_cells = tuple(
        (CROSSING_SPEEDS[(number + 2 * i) % len(CROSSING_SPEEDS)], signal)
        for i, signal in enumerate(CROSSING_SIGNALS)
    )
    of_crossing = np.random.default_rng([seed, 2, number])
    return ChipPlan(
        number=number,
        det_id=det_id,
        start_us=start_us,
        ra_deg=ra,
        dec_deg=dec,
        stated=stated,
        latitude_deg=_latitude(*chip_centre(det_id, ra, dec)),
        seeing_arcsec=seeing,
        cells=cells if movers else (),
        movers=_movers(random, det_id, start_us, ra, dec, cells, seeing) if movers else (),
        crossing_cells=crossing_cells if movers else (),
        crossing=_crossing(of_crossing, det_id, start_us, ra, dec, crossing_cells, seeing) if movers else (),
    )


def magnitude_of(signal: float, speed: float, seeing_arcsec: float) -> float:
    """That of an object whose streak has this signal-to-noise ratio in one frame of a dark sky."""
    wider = seeing_arcsec / SEEING_FWHM_ARCSEC
    spread = np.sqrt(concentration(speed, seeing_arcsec))
    return 18.5 - 2.5 * float(np.log10(signal / 5 / spread * wider))


def _field(seed: int, field: int) -> tuple[float, float, int]:
    """Middle of a field, on its side of the galactic latitudes with all chips, and a time when it is up."""
    random = np.random.default_rng([seed, 0, field])
    while True:
        sine = random.uniform(np.sin(np.radians(LOWEST_DEC_DEG)), np.sin(np.radians(HIGHEST_DEC_DEG)))
        ra, dec = float(random.uniform(0, 360)), float(np.degrees(np.arcsin(sine)))
        latitude = abs(_latitude(ra, dec))
        start_us = START_US + int(random.integers(DAY - MINUTE))
        if ((latitude < 8.5) if field % 2 else (latitude > 21.5)) and (
            horizontal(ra, dec, start_us).altitude_deg > LOWEST_ALTITUDE_DEG
        ):
            return ra, dec, start_us


def _latitude(ra_deg: float, dec_deg: float) -> float:
    return float(SkyCoord(ra_deg, dec_deg, unit="deg").galactic.b.deg)


def _boresight_for(det_id: int, ra_deg: float, dec_deg: float) -> tuple[float, float]:
    """Where the telescope points when a chip's middle is at a position."""
    ra, dec = ra_deg, dec_deg
    for _ in range(20):
        at_ra, at_dec = chip_centre(det_id, ra, dec)
        ra += (ra_deg - at_ra + 180) % 360 - 180
        dec += dec_deg - at_dec
    return ra % 360, dec


def _movers(
    random: np.random.Generator,
    det_id: int,
    start_us: int,
    ra_deg: float,
    dec_deg: float,
    cells: tuple[tuple[float, float], ...],
    seeing_arcsec: float,
) -> tuple[MovingObject, ...]:
    """Objects that stay on the chip, anywhere and in any direction."""
    wcs = chip_wcs(det_id, ra_deg, dec_deg)
    made = []
    for number, (speed, signal) in enumerate(cells):
        toward = float(random.uniform(0, 2 * np.pi))
        way = speed * NFRAME / 2 * np.array([np.cos(toward), np.sin(toward)])
        room = np.abs(way) + 40
        x, y = random.uniform(room, np.array(IMAGING_SHAPE[::-1]) - room)
        magnitude = magnitude_of(signal, speed, seeing_arcsec)
        made.append(_mover(f"mover {number}", wcs, start_us, (x, y), speed, toward, magnitude))
    return tuple(made)


def _crossing(
    random: np.random.Generator,
    det_id: int,
    start_us: int,
    ra_deg: float,
    dec_deg: float,
    cells: tuple[tuple[float, float], ...],
    seeing_arcsec: float,
) -> tuple[MovingObject, ...]:
    """Objects that come over any edge of the chip, or leave by it, and are on it in some of the frames."""
    wcs = chip_wcs(det_id, ra_deg, dec_deg)
    height, width = IMAGING_SHAPE
    made = []
    for number, (speed, signal) in enumerate(cells):
        edge, enters = int(random.integers(4)), bool(random.integers(2))
        x, y = random.uniform(0.2, 0.8, 2) * (width, height)
        at = np.array(((0, y), (x, 0), (width, y), (x, height))[edge]) - 0.5
        inwards = edge * np.pi / 2 + np.radians(random.uniform(-CROSSING_WITHIN_DEG, CROSSING_WITHIN_DEG))
        toward = float(inwards if enters else inwards + np.pi)
        on_chip = float(random.uniform(*FRAMES_OF_CROSSING))
        crosses = NFRAME - on_chip if enters else on_chip
        x, y = at + speed * (NFRAME / 2 - crosses) * np.array([np.cos(toward), np.sin(toward)])
        magnitude = magnitude_of(signal, speed, seeing_arcsec)
        made.append(_mover(f"crossing {number}", wcs, start_us, (x, y), speed, toward, magnitude))
    return tuple(made)


def _mover(
    name: str,
    wcs: WCS,
    start_us: int,
    middle: tuple[float, float],
    speed: float,
    toward: float,
    magnitude: float,
) -> MovingObject:
    """One at a pixel in mid-exposure, that moves by `speed` pixels a frame, `toward` an angle, radian."""
    ra, dec = (float(value) for value in wcs.wcs_pix2world(*middle, 0))
    rate = speed * PIXEL_SCALE_ARCSEC / EXPOSURE_SECONDS
    return MovingObject(
        name=name,
        ra_deg=ra,
        dec_deg=dec,
        epoch_us=start_us + round(NFRAME * EXPOSURE_SECONDS / 2 * 1e6),
        rate_east_arcsec_per_second=-rate * float(np.cos(toward)),
        rate_north_arcsec_per_second=rate * float(np.sin(toward)),
        magnitude=magnitude,
    )
