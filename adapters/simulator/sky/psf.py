"""The point spread function: a Moffat profile, and stars laid on an image with it."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import PIXEL_SCALE_ARCSEC, PIXEL_SIZE_MICROMETRES

MOFFAT_BETA: Final = 4.765
"""The wings of atmospheric turbulence (Trujillo et al. 2001, MNRAS 328, 977)."""

FOCAL_RATIO: Final = 3.1
STAMP_RADII: Final = (8, 16, 32, 64)
NEGLIGIBLE_E: Final = 0.05
STARS_AT_ONCE: Final = 4096


@dataclass(frozen=True, slots=True)
class LightPatch:
    """Extra electrons on a part of the imaging area: their lower left corner and the electrons themselves."""

    y0: int
    x0: int
    electrons: NDArray[np.float32]

    @property
    def area(self) -> tuple[slice, slice]:
        """The pixels of the imaging area that it covers."""
        height, width = self.electrons.shape
        return slice(self.y0, self.y0 + height), slice(self.x0, self.x0 + width)


def blurred_fwhm_arcsec(seeing_fwhm_arcsec: float, focus_offset_mm: float) -> float:
    """FWHM of seeing and defocus together.

    Defocus spreads a star over a disk of diameter offset / focal ratio, whose rms a axis is a quarter of it.
    """
    disk_arcsec = abs(focus_offset_mm) * 1000 / FOCAL_RATIO / PIXEL_SIZE_MICROMETRES * PIXEL_SCALE_ARCSEC
    return math.hypot(seeing_fwhm_arcsec, 2 * math.sqrt(2 * math.log(2)) * disk_arcsec / 4)


@dataclass(frozen=True, slots=True)
class MoffatPsf:
    """A round Moffat profile sampled at pixel centres; `alpha` is its scale in pixels."""

    alpha: float

    @classmethod
    def of_fwhm_arcsec(cls, fwhm_arcsec: float) -> "MoffatPsf":
        """The profile of given full width at half maximum."""
        return cls(fwhm_arcsec / PIXEL_SCALE_ARCSEC / (2 * math.sqrt(2 ** (1 / MOFFAT_BETA) - 1)))

    @property
    def peak(self) -> float:
        """Part of a star's light in the pixel at its centre."""
        return (MOFFAT_BETA - 1) / (math.pi * self.alpha**2)

    @property
    def noise_equivalent_pixels(self) -> float:
        """One over the sum of the squared profile: how many pixels' noise optimal photometry takes in."""
        return math.pi * self.alpha**2 * (2 * MOFFAT_BETA - 1) / (MOFFAT_BETA - 1) ** 2

    def stamp_radius(self, electrons: NDArray[np.float64]) -> NDArray[np.int64]:
        """Half size in pixels of the stamp outside of which a star is negligible, shape of `electrons`."""
        falloff = np.maximum(electrons * self.peak / NEGLIGIBLE_E, 1.0)
        reach = self.alpha * np.sqrt(falloff ** (1 / MOFFAT_BETA) - 1)
        steps = np.searchsorted(STAMP_RADII[:-1], reach)
        return np.asarray(STAMP_RADII)[steps]

    def add_stars(
        self,
        image: NDArray[np.float32],
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        electrons: NDArray[np.float64],
    ) -> None:
        """Add stars in place to an image, shape (height, width), in electrons.

        Positions are pixels counted from 0 at the first pixel's centre; light beyond the edges is lost.
        """
        margin = STAMP_RADII[-1] + 1
        height, width = image.shape
        near = (x > -margin) & (x < width + margin - 1) & (y > -margin) & (y < height + margin - 1)
        x, y, electrons = x[near], y[near], electrons[near]
        radii = self.stamp_radius(electrons)
        padded = np.zeros((height + 4 * margin, width + 4 * margin), dtype=np.float32)
        for radius in STAMP_RADII:
            chosen = np.flatnonzero(radii == radius)
            for start in range(0, len(chosen), STARS_AT_ONCE):
                some = chosen[start : start + STARS_AT_ONCE]
                self._add_stamps(padded, x[some] + 2 * margin, y[some] + 2 * margin, electrons[some], radius)
        image += padded[2 * margin : -2 * margin, 2 * margin : -2 * margin]

    def _add_stamps(
        self,
        image: NDArray[np.float32],
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        electrons: NDArray[np.float64],
        radius: int,
    ) -> None:
        offsets = np.arange(-radius, radius + 1)
        column, row = np.rint(x).astype(np.int64), np.rint(y).astype(np.int64)
        x_squared = ((offsets + (column - x)[:, None]) / self.alpha) ** 2
        y_squared = ((offsets + (row - y)[:, None]) / self.alpha) ** 2
        profile = (1 + y_squared[:, :, None] + x_squared[:, None, :]).astype(np.float32)
        np.power(profile, np.float32(-MOFFAT_BETA), out=profile)
        profile *= (electrons * self.peak).astype(np.float32)[:, None, None]
        width = image.shape[1]
        places = ((row[:, None] + offsets) * width)[:, :, None] + (column[:, None] + offsets)[:, None, :]
        np.add.at(image.reshape(-1), places.reshape(-1), profile.reshape(-1))
