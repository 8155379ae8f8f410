"""Cosmic rays: short straight tracks of charge, one muon a minute through each square centimetre of silicon.

The rate is the Particle Data Group's for sea level; lengths and charges are ours, for thin silicon.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adapters.simulator.sky.psf import LightPatch
from tomoe_es.camera.frame_geometry import IMAGING_SHAPE, PIXEL_SIZE_MICROMETRES

MUONS_PER_CM2_SECOND: Final = 1 / 60
CHIP_AREA_CM2: Final = IMAGING_SHAPE[0] * IMAGING_SHAPE[1] * (PIXEL_SIZE_MICROMETRES * 1e-4) ** 2
MEAN_LENGTH_PIXELS: Final = 4.0
LONGEST_PIXELS: Final = 60.0
MEDIAN_E_PER_PIXEL: Final = 400.0
E_PER_PIXEL_SIGMA: Final = 0.6


@dataclass(frozen=True, slots=True)
class CosmicRay:
    """One track: its frame, its start in pixels of the imaging area, direction, length and whole charge."""

    frame: int
    x: float
    y: float
    angle_deg: float
    length_pixels: float
    electrons: float


def cosmic_rays(random: np.random.Generator, frame: int, seconds: float) -> list[CosmicRay]:
    """The tracks that hit a chip's imaging area during one frame."""
    height, width = IMAGING_SHAPE
    rays = []
    for _ in range(random.poisson(MUONS_PER_CM2_SECOND * CHIP_AREA_CM2 * seconds)):
        length = min(random.exponential(MEAN_LENGTH_PIXELS), LONGEST_PIXELS)
        rays.append(
            CosmicRay(
                frame=frame,
                x=random.uniform(-0.5, width - 0.5),
                y=random.uniform(-0.5, height - 0.5),
                angle_deg=random.uniform(0, 360),
                length_pixels=length,
                electrons=(1 + length) * MEDIAN_E_PER_PIXEL * random.lognormal(0, E_PER_PIXEL_SIGMA),
            )
        )
    return rays


def track(ray: CosmicRay) -> LightPatch:
    """The charge of one track, sharp to a pixel; what leaves the imaging area is lost."""
    height, width = IMAGING_SHAPE
    steps = 1 + int(4 * ray.length_pixels)
    along = np.linspace(0, ray.length_pixels, steps)
    x = np.rint(ray.x + along * np.cos(np.radians(ray.angle_deg))).astype(int)
    y = np.rint(ray.y + along * np.sin(np.radians(ray.angle_deg))).astype(int)
    on_chip = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    x, y = x[on_chip], y[on_chip]
    charge: NDArray[np.float32] = np.zeros((np.ptp(y) + 1, np.ptp(x) + 1), dtype=np.float32)
    np.add.at(charge, (y - y.min(), x - x.min()), np.float32(ray.electrons / steps))
    return LightPatch(int(y.min()), int(x.min()), charge)
