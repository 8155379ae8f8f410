"""Simulated calibrated cubes with movers of chosen speed and brightness, and what a search finds in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adapters.simulator.sky.detector import detector_of
from adapters.simulator.sky.moving_objects import MoverInFrame, MovingObject
from adapters.simulator.sky.render import ChipRenderer
from adapters.simulator.sky.request import RenderRequest
from tomoe_es.camera.focal_plane import chip_wcs
from tomoe_es.camera.frame_geometry import (
    DARK_E_PER_SECOND,
    FULL_WELL_E,
    GAIN_ELECTRONS_PER_COUNT,
    IMAGING_AREA,
    IMAGING_SHAPE,
    PIXEL_SCALE_ARCSEC,
)
from tomoe_es.reduction.calibrate import CalibratedCube
from tomoe_es.reduction.moving_objects.step import MovingObjects, find_moving_objects
from tomoe_es.reduction.moving_objects.tracklet import Timing
from tomoe_es.reduction.photometry import measure
from tomoe_es.reduction.stack import stack

CHIP, FRAMES, START_US = 101, 18, 1_780_000_000_000_000
RA_DEG, DEC_DEG = 30.8, -3.9
FRAME_ID = "TMQ1202605280000000301"
GAIN = GAIN_ELECTRONS_PER_COUNT["high"]
TIMING = Timing(start_us=START_US, frame_seconds=0.5, exposure_seconds=0.5)


def movers(
    seed: int, wanted: list[tuple[float, float]], ra_deg: float = RA_DEG, dec_deg: float = DEC_DEG
) -> tuple[MovingObject, ...]:
    """Objects of given (pixels a frame, magnitude) that stay on the chip, anywhere and in any direction."""
    random = np.random.default_rng(seed)
    wcs = chip_wcs(CHIP, ra_deg, dec_deg)
    made = []
    for number, (speed, magnitude) in enumerate(wanted):
        toward = random.uniform(0, 2 * np.pi)
        way = speed * FRAMES / 2 * np.array([np.cos(toward), np.sin(toward)])
        room = np.abs(way) + 40
        x, y = random.uniform(room, np.array(IMAGING_SHAPE[::-1]) - room)
        ra, dec = (float(value) for value in wcs.wcs_pix2world(x, y, 0))
        rate = speed * PIXEL_SCALE_ARCSEC / 0.5
        made.append(
            MovingObject(
                name=f"mover {number}",
                ra_deg=ra,
                dec_deg=dec,
                epoch_us=START_US + 4_500_000,
                rate_east_arcsec_per_second=-rate * float(np.cos(toward)),
                rate_north_arcsec_per_second=rate * float(np.sin(toward)),
                magnitude=magnitude,
            )
        )
    return tuple(made)


@dataclass(frozen=True)
class Searched:
    """What a search found, and where the movers were in each frame."""

    moving: MovingObjects
    truth: tuple[MoverInFrame, ...]

    def of(self, name: str) -> list[int]:
        """Numbers of the tracks that follow a mover."""
        return [number for number, _ in enumerate(self.moving.found.tracks) if self._follows(number, name)]

    def false(self) -> list[int]:
        """Numbers of the tracks that follow none."""
        names = {each.name for each in self.truth}
        return [
            number
            for number, _ in enumerate(self.moving.found.tracks)
            if not any(self._follows(number, name) for name in names)
        ]

    def _follows(self, number: int, name: str) -> bool:
        track = self.moving.found.tracks[number]
        off = [
            np.hypot(*np.subtract(track.at(each.frame), (each.x, each.y)))
            for each in self.truth
            if each.name == name
        ]
        return bool(np.median(off) < 3 + 0.3 * track.pixels_a_frame)


def search_sky(
    seed: int,
    moving: tuple[MovingObject, ...],
    ra_deg: float = RA_DEG,
    dec_deg: float = DEC_DEG,
    transparency: tuple[float, ...] = (1.0,) * FRAMES,
) -> Searched:
    """Render a chip, calibrate it with perfect masters, measure its stack, search it."""
    request = RenderRequest(
        seed=seed,
        exposure_number=3,
        det_id=CHIP,
        data_type="OBJECT",
        nframe=len(transparency),
        exposure_seconds=0.5,
        start_time_us=START_US,
        transparency=transparency,
        true_ra_deg=ra_deg,
        true_dec_deg=dec_deg,
        movers=moving,
    )
    renderer, detector = ChipRenderer(request), detector_of(CHIP)
    original = np.empty((1200, 2160), np.uint16)
    frames = np.empty((len(transparency), *IMAGING_SHAPE), np.float32)
    saturated = np.zeros(IMAGING_SHAPE, dtype=bool)
    for number, frame in enumerate(frames):
        renderer.write_frame(number, original)
        light = (original - detector.bias_counts)[IMAGING_AREA]
        saturated |= light > 0.98 * FULL_WELL_E / GAIN
        frame[:] = (light - detector.dark_e_per_second * np.float32(0.5 / GAIN)) / detector.response
    bad = detector.dark_e_per_second > 100 * DARK_E_PER_SECOND
    calibrated = CalibratedCube(frames, saturated, bad, float(saturated.mean()))
    measured = measure(stack(frames).image, bad, saturated, GAIN * (len(frames) - 1))
    wcs = chip_wcs(CHIP, ra_deg, dec_deg)
    found = find_moving_objects(calibrated, measured, FRAME_ID, TIMING, wcs, GAIN)
    return Searched(found, renderer.truth().movers)
