"""Compiles what the reduction of a night needs, so that no worker has to at night.

`python -m tomoe_es.reduction.warm_up` does it after an installation; a night does it before it begins.
"""

from __future__ import annotations

import numpy as np

from tomoe_es.camera.frame_geometry import IMAGING_SHAPE, ORIGINAL_SHAPE
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.dark import master_dark
from tomoe_es.reduction.optimal import Profile, optimal_flux
from tomoe_es.reduction.photometry import TYPICAL_FWHM_PIXELS
from tomoe_es.reduction.stack import stack


class _FewFrames:
    """The smallest cube that a dark can be made of, read-only as one mapped from a file."""

    def stored(self) -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
        return np.frombuffer(bytes(5 * 2 * ORIGINAL_SHAPE[0] * ORIGINAL_SHAPE[1]), np.uint16).reshape(
            5, *ORIGINAL_SHAPE
        )

    def release(self) -> None:
        """Nothing to give back."""


def warm_up() -> None:
    """Compile, or find compiled, each kernel for the types it is used with. Raises KernelCacheUnwritable."""
    cube = _FewFrames()
    master_dark(cube, 1.0)
    plane = np.ones(IMAGING_SHAPE, np.float32)
    flat = CalibrationFrame(plane, plane, np.zeros(IMAGING_SHAPE, np.uint8), 1)
    stacked = stack(cube.stored(), flat, flat, 1.0)
    places = np.full((1, 2), 100.0)
    profile = Profile.of_fwhm(TYPICAL_FWHM_PIXELS)
    optimal_flux(stacked.image, flat.bad, places, np.ones(1), profile, TYPICAL_FWHM_PIXELS, 1.0, 1.0)


if __name__ == "__main__":
    warm_up()
