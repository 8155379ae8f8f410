"""Which moving objects must be found, and why others need not be.

Promised is what docs/science.md shows to be found: an object that is on the chip in every frame, goes a tenth
of a pixel a frame or more, and whose streak is at 10 sigma in a frame, so at least 0.75 mag brighter than the
limit of 5 sigma at that speed under that sky. One that is on a star, or fills a pixel, may be missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adapters.simulator.sky.moving_objects import MoverInFrame
from adapters.simulator.sky.photometry import sky_electrons_per_second
from adapters.simulator.sky.psf import MOFFAT_BETA, MoffatPsf
from adapters.simulator.sky.streaks import peak_electrons, signal_to_noise
from adapters.simulator.sky.true_chip import TrueChip
from replay.truth.faults import extinction_mag
from tomoe_es.camera.frame_geometry import (
    FULL_WELL_E,
    IMAGING_SHAPE,
    PIXEL_SCALE_ARCSEC,
    frame_seconds,
)
from tomoe_es.reduction.stack import SATURATED_PART_OF_FULL_WELL

Array = NDArray[np.float64]

SURE_SIGNAL_TO_NOISE: Final = 10.0
SLOWEST_PIXELS_A_FRAME: Final = 0.1
EDGE_PIXELS: Final = 10.0
COVERED_PART: Final = 1 / 3
"""Of the frames in which it is on a star."""
COVERING: Final = 0.3
"""A star covers an object where its light is this part of the peak of the object's streak."""

LEAVES, SLOW, FAINT, FULL, ON_STAR = (
    "partly outside the imaging area",
    "too slow",
    "too faint at this sky",
    "saturated",
    "on a star",
)


@dataclass(frozen=True, slots=True)
class TrueMover:
    """A moving object on one chip of one exposure. `reason` is why it need not be found, empty if it must be.

    `signal_to_noise` is that of its streak in one frame; `covered` whether a star is on its way.
    """

    name: str
    places: Sequence[MoverInFrame]
    pixels_a_frame: float
    signal_to_noise: float
    covered: bool
    reason: str

    @property
    def said(self) -> str:
        """In a line."""
        middle = self.places[len(self.places) // 2]
        return (
            f"'{self.name}' of {middle.magnitude:.2f} mag at x {middle.x:.0f} y {middle.y:.0f}, "
            f"{self.pixels_a_frame:.3g} pixels a frame, {self.signal_to_noise:.1f} sigma in a frame"
        )


def true_movers(chip: TrueChip) -> list[TrueMover]:
    """Every moving object that was on the chip, and whether it must be found."""
    return [_true_mover(chip, name, places) for name, places in chip.movers.items()]


def _true_mover(chip: TrueChip, name: str, places: Sequence[MoverInFrame]) -> TrueMover:
    speed = _pixels_a_frame(places)
    streak = speed * chip.exposure_seconds / frame_seconds(chip.exposure_seconds)
    magnitude = places[0].magnitude + extinction_mag(chip)
    sky = chip.sky_mag_arcsec2
    signal = signal_to_noise(magnitude, streak, chip.fwhm_arcsec, sky, chip.exposure_seconds)
    peak = peak_electrons(magnitude, streak, chip.fwhm_arcsec, chip.exposure_seconds)
    peak += sky_electrons_per_second(sky) * chip.exposure_seconds
    covered = _is_covered(chip, places, streak)
    reason = ""
    if len(places) < len(chip.transparency) or _from_edge(places) < EDGE_PIXELS:
        reason = LEAVES
    elif speed < SLOWEST_PIXELS_A_FRAME:
        reason = SLOW
    elif signal < SURE_SIGNAL_TO_NOISE:
        reason = FAINT
    elif peak > SATURATED_PART_OF_FULL_WELL * FULL_WELL_E:
        reason = FULL
    elif covered:
        reason = ON_STAR
    return TrueMover(name, places, speed, signal, covered, reason)


def _pixels_a_frame(places: Sequence[MoverInFrame]) -> float:
    first, last = places[0], places[-1]
    frames = max(1, last.frame - first.frame)
    return float(np.hypot(last.x - first.x, last.y - first.y)) / frames


def _from_edge(places: Sequence[MoverInFrame]) -> float:
    height, width = IMAGING_SHAPE
    return min(min(at.x, width - 1 - at.x, at.y, height - 1 - at.y) for at in places)


def _is_covered(chip: TrueChip, places: Sequence[MoverInFrame], streak_pixels: float) -> bool:
    """Whether a star is on its streak in more than a third of its frames.

    A star reaches as far as its profile is COVERING of the streak's peak, and the object by its own width.
    """
    fwhm, magnitude, stars = chip.fwhm_arcsec, places[0].magnitude, chip.stars
    point, streak = (
        peak_electrons(magnitude, length, fwhm, chip.exposure_seconds) for length in (0.0, streak_pixels)
    )
    brighter = 10 ** (-0.4 * (stars.magnitude - magnitude)) * point / (COVERING * streak)
    near = brighter > 1
    alpha = MoffatPsf.of_fwhm_arcsec(fwhm).alpha
    reach = alpha * np.sqrt(brighter[near] ** (1 / MOFFAT_BETA) - 1) + fwhm / PIXEL_SCALE_ARCSEC
    off = _off_streaks(stars.x[near], stars.y[near], places, streak_pixels)
    return bool(np.mean((off < reach[:, None]).any(axis=0)) > COVERED_PART)


def _off_streaks(x: Array, y: Array, places: Sequence[MoverInFrame], streak_pixels: float) -> Array:
    """Pixels of each star (n) from the streak in each frame (m), which lies about its place: (n, m)."""
    first, last = places[0], places[-1]
    angle = np.arctan2(last.y - first.y, last.x - first.x)
    dx, dy = x[:, None] - [at.x for at in places], y[:, None] - [at.y for at in places]
    along, across = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
    beyond = np.maximum(np.abs(along) - streak_pixels / 2, 0.0)
    return np.asarray(np.hypot(beyond, across))
