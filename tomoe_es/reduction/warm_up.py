"""Compiles what the reduction of a night needs, so that no worker has to at night: before it begins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_SHAPE, ORIGINAL_SHAPE
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.compressed_image import compressed_image, compressed_plane
from tomoe_es.reduction.dark import master_dark
from tomoe_es.reduction.extraction import extracted
from tomoe_es.reduction.frame_numbers import DROPPED_FRAMES, FEWEST_FRAMES_TO_SEARCH
from tomoe_es.reduction.half_light import half_light_radius
from tomoe_es.reduction.moving_objects.difference import differ
from tomoe_es.reduction.moving_objects.search import search
from tomoe_es.reduction.optimal import Profile, optimal_flux
from tomoe_es.reduction.photometry import SOURCE_TYPE, TYPICAL_FWHM_PIXELS
from tomoe_es.reduction.profile_fit import fitted_profile
from tomoe_es.reduction.sky import without_sky
from tomoe_es.reduction.stack import Stack, stack
from tomoe_es.reduction.stored_cube import FramesInMemory
from tomoe_es.reduction.variance import frame_variance
from tomoe_es.reduction.windowed_centroid import windowed_centroids
from tomoe_es.transfer.stored_counts import as_stored, read_only


def warm_up() -> None:
    """Compile, or find compiled, each kernel for the types it is used with. Raises KernelCacheUnwritable."""
    shape = (FEWEST_FRAMES_TO_SEARCH, *ORIGINAL_SHAPE)
    counts = np.random.default_rng(0).integers(900, 1100, shape, np.uint16)
    stored = read_only(as_stored(counts, counts))
    master_dark(FramesInMemory(stored), 1.0)
    plane = np.ones(IMAGING_SHAPE, np.float32)
    flat = CalibrationFrame(plane, plane, np.zeros(IMAGING_SHAPE, np.uint8), 1)
    stacked = stack(stored, flat, flat, 1.0, clip=True, over_time=True)
    places = np.full((1, 2), 100.0)
    windowed_centroids(stacked.image, places, half_light_radius(stacked.image, places) + 1)
    profile = Profile.of_fwhm(TYPICAL_FWHM_PIXELS)
    optimal_flux(stacked.image, flat.bad, places, np.ones(1), profile, TYPICAL_FWHM_PIXELS, 1.0, 1.0)
    fitted_profile(stacked.image, flat.bad, places, TYPICAL_FWHM_PIXELS, 1.0, 1.0)
    compressed_image(stacked.image, "STACK", 1.0)
    compressed_plane(stacked.mask, "MASK")
    compressed_plane(stacked.used, "NUSED")
    light, _, _ = without_sky(stacked.image, flat.bad)
    extracted(light, stacked.noise_counts)
    variance = frame_variance(stacked.image, flat, flat, 1.0)
    _search_for_moving_objects(stacked, variance)


def _search_for_moving_objects(stacked: Stack, variance: NDArray[np.float32]) -> None:
    """In noise, which has points to link, with two stars that may drift."""
    assert stacked.over_time is not None
    stars = np.zeros(2, SOURCE_TYPE)
    stars["x"], stars["y"], stars["flux"] = (50, 90), (50, 90), 100
    untrusted = stacked.mask != 0
    difference = differ(stacked.frames, stacked.over_time, DROPPED_FRAMES, untrusted, 0.0, variance)
    search(difference, stars, TYPICAL_FWHM_PIXELS, 1.0)
