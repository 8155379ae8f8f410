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
    GAIN_ELECTRONS_PER_COUNT,
    IMAGING_AREA,
    IMAGING_SHAPE,
    ORIGINAL_SHAPE,
    PIXEL_SCALE_ARCSEC,
    READ_NOISE_E,
)
from tomoe_es.reduction.bias import bias_levels
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.mask import HOT
from tomoe_es.reduction.moving_objects.step import MovingObjects, find_moving_objects
from tomoe_es.reduction.moving_objects.tracklet import Timing
from tomoe_es.reduction.photometry import measure
from tomoe_es.reduction.stack import stack
from tomoe_es.reduction.variance import frame_variance
from tomoe_es.reduction.zero_point import magnitude_of_one_count
from tomoe_es.transfer.stored_counts import as_stored, read_only

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


def crossing(seed: int, wanted: list[tuple[float, float]]) -> tuple[MovingObject, ...]:
    """Objects of given (pixels a frame, magnitude) that come over an edge of the chip, or leave by it.

    Eight of each: over each edge, both ways, within 40 degrees of straight, on the chip in 6 to 12 frames.
    """
    random = np.random.default_rng(seed)
    wcs = chip_wcs(CHIP, RA_DEG, DEC_DEG)
    height, width = IMAGING_SHAPE
    made = []
    for number, (speed, magnitude) in enumerate(wanted):
        part = (number + 0.5) / len(wanted)  # of the edge: they stay apart
        for edge in range(4):
            for sense in (1, -1):
                place = part + sense * 0.2 / len(wanted)
                x, y = (0.1 + 0.8 * place) * np.array([width, height])
                at = ((0, y), (x, 0), (width, y), (x, height))[edge]
                toward = edge * np.pi / 2 + random.uniform(-1, 1) * np.radians(40)
                motion = sense * speed * np.array([np.cos(toward), np.sin(toward)])
                frames_on_chip = random.uniform(6, 12)
                crosses = FRAMES - frames_on_chip if sense > 0 else frames_on_chip
                x, y = np.array(at) - 0.5 + motion * (FRAMES / 2 - crosses)
                ra, dec = (float(value) for value in wcs.wcs_pix2world(x, y, 0))
                rate = motion * PIXEL_SCALE_ARCSEC / 0.5
                made.append(
                    MovingObject(
                        name=f"mover {len(made)}",
                        ra_deg=ra,
                        dec_deg=dec,
                        epoch_us=START_US + 4_500_000,
                        rate_east_arcsec_per_second=-float(rate[0]),
                        rate_north_arcsec_per_second=float(rate[1]),
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
    renderer = ChipRenderer(request)
    counts = np.empty((len(transparency), *ORIGINAL_SHAPE), np.uint16)
    for number, frame in enumerate(counts):
        renderer.write_frame(number, frame)
    dark, flat = perfect_masters()
    stacked = stack(read_only(as_stored(counts, counts)), dark, flat, GAIN, over_time=True)
    measured = measure(stacked.image, stacked.mask, GAIN * stacked.frames_used)
    found = find_moving_objects(
        stacked,
        frame_variance(stacked.image, dark, flat, GAIN),
        measured,
        FRAME_ID,
        TIMING,
        renderer.truth().wcs,
        magnitude_of_one_count(None, measured, GAIN, TIMING.exposure_seconds),
        0.0,
    )
    return Searched(found, renderer.truth().movers)


def perfect_masters() -> tuple[CalibrationFrame, CalibrationFrame]:
    """Dark and flat of the chip as of infinitely many frames; each frame's bias level is measured."""
    detector = detector_of(CHIP)
    electrons = detector.dark_e_per_second * np.float32(TIMING.exposure_seconds)
    without_light = np.rint(detector.bias_counts).astype(np.uint16)
    pattern = detector.bias_counts - bias_levels(as_stored(without_light[None]))
    dark = CalibrationFrame(
        pattern[IMAGING_AREA] + electrons / np.float32(GAIN),
        np.sqrt(np.float32(READ_NOISE_E**2) + electrons) / np.float32(GAIN),
        np.where(detector.dark_e_per_second > 100 * DARK_E_PER_SECOND, np.uint8(HOT), np.uint8(0)),
        1000,
    )
    none = np.zeros(IMAGING_SHAPE, np.uint8)
    return dark, CalibrationFrame(detector.response, np.zeros(IMAGING_SHAPE, np.float32), none, 1000)
