"""Photometry of simulated chips against what is true for them: unbiased, and as precise as photons allow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from astropy.wcs import WCS
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from adapters.simulator.sky.detector import detector_of
from adapters.simulator.sky.field import FieldStars
from adapters.simulator.sky.photometry import electrons_per_second, sky_electrons_per_second
from adapters.simulator.sky.psf import MoffatPsf
from adapters.simulator.sky.render import ChipRenderer
from adapters.simulator.sky.request import RenderRequest
from tomoe_es.camera.frame_geometry import (
    DARK_E_PER_SECOND,
    ORIGINAL_SHAPE,
    PIXEL_SCALE_ARCSEC,
    READ_NOISE_E,
)
from tomoe_es.reduction.dark import master_dark
from tomoe_es.reduction.flat import master_flat
from tomoe_es.reduction.optimal import Profile
from tomoe_es.reduction.photometry import Photometry, measure
from tomoe_es.reduction.stack import Stack, stack
from tomoe_es.reduction.stored_cube import FramesInMemory
from tomoe_es.reduction.zero_point import ZeroPoint, extinction_mag, limiting_magnitude, zero_point
from tomoe_es.transfer.stored_counts import as_stored, read_only

DARKS, FLATS = 144, 120
"""Of fewer, the masters' own noise would show in the scatter of bright stars; a night takes 360 and 180."""
GAIN, NFRAME, SECONDS = 0.23, 18, 0.5
ISOLATED_PIXELS = 12.0
CATALOGUE_LIMIT_MAG = 14.0
FIELDS = ((101, 30.8, -3.9), (214, 150.0, 40.0), (320, 200.0, 55.0))
"""Chip and boresight, far from the galactic plane and not near each other."""


@dataclass(frozen=True)
class Measured:
    """A chip, and those of its stars that are alone, unsaturated and not in the catalogue."""

    det_id: int
    true_mag: NDArray[np.float64]
    magnitude: NDArray[np.float64]
    error_mag: NDArray[np.float64]
    zero: ZeroPoint
    stacked: Stack
    photometry: Photometry


def rendered(renderer: ChipRenderer, count: int) -> FramesInMemory:
    frames = np.empty((count, *ORIGINAL_SHAPE), np.uint16)
    for number in range(count):
        renderer.write_frame(number, frames[number])
    return FramesInMemory(read_only(as_stored(frames, frames)))


def renderer_of(data_type: str, number: int, count: int, det_id: int, ra: float, dec: float) -> ChipRenderer:
    return ChipRenderer(
        RenderRequest(
            seed=3,
            exposure_number=number,
            det_id=det_id,
            data_type=data_type,  # type: ignore[arg-type]
            nframe=count,
            exposure_seconds=SECONDS,
            start_time_us=1_780_000_000_000_000,
            transparency=(1.0,) * count,
            true_ra_deg=ra,
            true_dec_deg=dec,
        )
    )


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(field, id=str(field[0]), marks=pytest.mark.xdist_group(f"chip {field[0]}"))
        for field in FIELDS
    ],
)
def chip(request: pytest.FixtureRequest) -> Measured:
    det_id, ra, dec = request.param
    dark, _ = master_dark(rendered(renderer_of("DARK", 1, DARKS, det_id, ra, dec), DARKS), GAIN)
    flat, _, _ = master_flat(rendered(renderer_of("FLAT", 2, FLATS, det_id, ra, dec), FLATS), dark, GAIN)
    sky = renderer_of("OBJECT", 3, NFRAME, det_id, ra, dec)
    stacked = stack(rendered(sky, NFRAME).stored, dark, flat, GAIN)
    photometry = measure(stacked.image, stacked.mask, GAIN * stacked.frames_used)
    truth = sky.truth()
    stars = truth.stars
    assert stars is not None
    catalogue, true_mag, isolated = paired(photometry, stars, truth.wcs)
    zero = zero_point(photometry.sources, catalogue)
    assert zero is not None
    sources = photometry.sources
    good = isolated & ~sources["saturated"] & (sources["flags"] == 0) & ~np.isfinite(catalogue)
    magnitude = zero.magnitudes(sources["optimal_flux"])
    error = 2.5 / np.log(10) * sources["optimal_error"] / sources["optimal_flux"]
    return Measured(det_id, true_mag[good], magnitude[good], error[good], zero, stacked, photometry)


def paired(
    photometry: Photometry, stars: FieldStars, wcs: WCS
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """For each source: magnitude in a catalogue to 14 mag, or NaN; true magnitude; whether it is alone."""
    true = np.column_stack([stars.x, stars.y])
    tree = cKDTree(true)
    distance, nearest = tree.query(photometry.sources[["x", "y"]].tolist())
    neighbours = tree.query_ball_point(true[nearest], ISOLATED_PIXELS)
    bright_neighbours = np.array(
        [
            np.count_nonzero(stars.magnitude[near] < stars.magnitude[star] + 5.5)
            for near, star in zip(neighbours, nearest, strict=True)
        ]
    )
    known = (stars.magnitude[nearest] < CATALOGUE_LIMIT_MAG) & (distance < 1)
    return (
        np.where(known, stars.magnitude[nearest], np.nan),
        stars.magnitude[nearest],
        (distance < 1.5) & (bright_neighbours == 1),
    )


def noise_limit_mag(magnitude: NDArray[np.float64], frames: int) -> NDArray[np.float64]:
    """What optimal photometry of a whole PSF can reach in so many frames (King 1983)."""
    signal = frames * SECONDS * np.array([electrons_per_second(each) for each in magnitude])
    pixels = MoffatPsf.of_fwhm_arcsec(3.5).noise_equivalent_pixels
    sky = sky_electrons_per_second(20.5) * SECONDS
    variance = signal + pixels * frames * (sky + 0.05 + READ_NOISE_E**2)
    return np.asarray(2.5 / np.log(10) * np.sqrt(variance) / signal)


def test_magnitudes_are_unbiased_within_a_hundredth(chip: Measured) -> None:
    bright = chip.true_mag < 16.5
    assert np.count_nonzero(bright) > 40
    assert abs(np.median((chip.magnitude - chip.true_mag)[bright])) < 0.01


def test_the_scatter_is_within_a_tenth_of_the_noise_limit(chip: Measured) -> None:
    faint = (chip.true_mag > 15) & (chip.true_mag < 18.5)
    off = (chip.magnitude - chip.true_mag)[faint]
    in_limits = (off - np.median(off)) / noise_limit_mag(chip.true_mag[faint], chip.stacked.frames_used)
    assert np.count_nonzero(faint) > 60
    spread = 1.4826 * np.median(np.abs(in_limits))
    # of n stars the spread itself is known to 1.17 / sqrt(2 n)
    assert spread < 1.1 + 2 * 1.17 / np.sqrt(2 * len(in_limits))


def test_errors_are_what_the_scatter_is(chip: Measured) -> None:
    faint = (chip.true_mag > 15) & (chip.true_mag < 18.5)
    off = ((chip.magnitude - chip.true_mag) / chip.error_mag)[faint]
    assert 1.4826 * np.median(np.abs(off - np.median(off))) == pytest.approx(1, abs=0.2)


def test_the_limit_of_one_frame_is_what_light_sky_and_readout_allow(chip: Measured) -> None:
    response = float(np.median(detector_of(chip.det_id).response))
    sky = response * sky_electrons_per_second(20.5) * SECONDS
    variance = (sky + DARK_E_PER_SECOND * SECONDS + READ_NOISE_E**2) / GAIN**2
    counts = Profile.of_fwhm(3.5 / PIXEL_SCALE_ARCSEC).flux_at(5.0, variance, GAIN)
    allowed = 18.5 - 2.5 * np.log10(counts * GAIN / (response * electrons_per_second(18.5) * SECONDS))
    limit = limiting_magnitude(chip.zero, chip.photometry, chip.stacked.noise_counts, GAIN)
    assert limit == pytest.approx(allowed, abs=0.03)
    assert limit == pytest.approx(18.5, abs=0.15)


def test_a_clear_sky_is_seen_as_clear(chip: Measured) -> None:
    assert -0.03 < extinction_mag(chip.zero, chip.photometry, GAIN, SECONDS) < 0.2
    assert chip.photometry.fwhm_arcsec == pytest.approx(3.5, abs=3 * 0.05)
    assert PIXEL_SCALE_ARCSEC * chip.photometry.fwhm_pixels == pytest.approx(chip.photometry.fwhm_arcsec)
