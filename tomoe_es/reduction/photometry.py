"""Sources of a stack: background, detection, centroids, aperture photometry.

Done by sep, which is Source Extractor as a library (Barbary 2016, JOSS 1, 58).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import sep
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import PIXEL_SCALE_ARCSEC

BACKGROUND_BOX_PIXELS: Final = 64
DETECTION_SIGMA: Final = 5.0
SMALLEST_AREA_PIXELS: Final = 5
APERTURE_RADIUS_PIXELS: Final = 4.5
FWHM_SIGNAL_TO_NOISE: Final = 50.0
FWHM_OF_HALF_LIGHT_DIAMETER: Final = 0.880
"""For a Moffat profile of beta 4.765, that of turbulence (Trujillo et al. 2001, MNRAS 328, 977)."""
TRUNCATED: Final = 0x08  # sep's flag of an object cut by the edge

SOURCE_TYPE: Final = np.dtype(
    [
        ("x", np.float64),
        ("y", np.float64),
        ("flux", np.float64),
        ("flux_error", np.float64),
        ("peak", np.float64),
        ("fwhm", np.float64),
        ("ellipticity", np.float64),
        ("flags", np.int16),
        ("saturated", np.bool_),
    ]
)
"""A source: 0-based pixels of the imaging area, counts in a circle of 4.5 pixels, FWHM in pixels, flags."""


@dataclass(frozen=True, slots=True)
class Photometry:
    """`sources` of SOURCE_TYPE, brightest first; sky level and noise of a pixel of the stack, in counts.

    `fwhm_arcsec` is the median of well measured, unsaturated stars; None where there is none.
    """

    sources: NDArray[np.void]
    sky_counts: float
    noise_counts: float
    fwhm_arcsec: float | None

    @property
    def xy(self) -> NDArray[np.float64]:
        """Positions of the sources not cut by the edge, shape (n, 2), brightest first."""
        whole = self.sources[(self.sources["flags"] & TRUNCATED) == 0]
        return np.column_stack([whole["x"], whole["y"]])


def measure(
    image: NDArray[np.float32], bad: NDArray[np.bool_], saturated: NDArray[np.bool_], gain_e_per_count: float
) -> Photometry:
    """Measure a stack, all planes of shape (1128, 2000); `gain_e_per_count` is that of the stack.

    An image without contrast, or with more objects than sep can hold, has no sources.
    """
    image = np.ascontiguousarray(image, dtype=np.float32)
    background = sep.Background(image, mask=bad, bw=BACKGROUND_BOX_PIXELS, bh=BACKGROUND_BOX_PIXELS)
    sky, noise = float(background.globalback), float(background.globalrms)
    if not noise > 0:
        return Photometry(np.empty(0, SOURCE_TYPE), sky, noise, None)
    light = image - background.back()
    found = sep.extract(
        light, DETECTION_SIGMA, err=noise, mask=bad, minarea=SMALLEST_AREA_PIXELS, deblend_cont=0.005
    )
    sources = np.zeros(len(found), SOURCE_TYPE)
    x, y, flags = found["x"], found["y"], found["flag"]
    if len(found):
        half_light, _ = sep.flux_radius(light, x, y, np.full(len(x), 8.0), 0.5, mask=bad, subpix=5)
        half_light = np.clip(half_light, 0.8, 5.0)
        x, y, _ = sep.winpos(light, x, y, half_light / 1.1774, mask=bad)
        flux, error, aperture_flags = sep.sum_circle(
            light, x, y, APERTURE_RADIUS_PIXELS, err=noise, gain=gain_e_per_count, mask=bad
        )
        sources["x"], sources["y"], sources["flux"], sources["flux_error"] = x, y, flux, error
        sources["peak"], sources["fwhm"] = found["peak"], FWHM_OF_HALF_LIGHT_DIAMETER * 2 * half_light
        sources["ellipticity"] = 1 - found["b"] / found["a"]
        sources["flags"] = flags | aperture_flags
        height, width = image.shape
        column = np.clip(np.rint(found["xcpeak"]).astype(int), 0, width - 1)
        row = np.clip(np.rint(found["ycpeak"]).astype(int), 0, height - 1)
        sources["saturated"] = saturated[row, column]
        sources = sources[np.argsort(-sources["flux"], kind="stable")]
    good = ~sources["saturated"] & (sources["flux"] > FWHM_SIGNAL_TO_NOISE * sources["flux_error"])
    fwhm = float(np.median(sources["fwhm"][good])) * PIXEL_SCALE_ARCSEC if good.any() else None
    return Photometry(sources, sky, noise, fwhm)
