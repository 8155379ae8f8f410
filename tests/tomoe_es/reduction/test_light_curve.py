"""Light curves: a star of known light in an archived cube, by position and by pixel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray

from tomoe_es.camera.focal_plane import chip_wcs
from tomoe_es.camera.rolling_shutter import mid_time_us
from tomoe_es.clock import from_datetime, isot, to_datetime
from tomoe_es.reduction.compressed_image import compressed_image
from tomoe_es.reduction.light_curve import (
    CubeUnreadable,
    CubeUnsolved,
    PositionBeyondSky,
    PositionOutsideCube,
    RadiusUnusable,
    light_curve,
)
from tomoe_es.reduction.mask import SATURATED
from tomoe_es.reduction.product import mask_plane
from tomoe_es.transfer.header import add_wcs
from tomoe_es.transfer.whole_file import write_whole_file

START_US = 1_780_000_000_000_000
X, Y, GAIN, SKY, NOISE = 700.3, 500.6, 0.23, 180.0, 12.0
FLUXES = 20_000 * (1 + 0.3 * np.sin(np.arange(6)))
CHIP, RA_DEG, DEC_DEG = 101, 30.8, -3.9


def star(flux: float) -> NDArray[np.float64]:
    """A Gaussian of 3 pixels full width, 99.99 % of which is in the circle."""
    sigma = 3 / 2.3548
    rows, columns = np.indices((1128, 2000))
    shape = np.exp(-((columns - X) ** 2 + (rows - Y) ** 2) / (2 * sigma**2))
    return np.asarray(flux * shape / (2 * np.pi * sigma**2))


def write_cube(path: Path, *, solved: bool = True, saturated: bool = False) -> Path:
    random = np.random.default_rng(1)
    cube = random.normal(SKY, NOISE, (len(FLUXES), 1128, 2000)).astype(np.float32)
    for frame, flux in zip(cube, FLUXES, strict=True):
        frame += star(flux).astype(np.float32)
    mask = np.zeros((1128, 2000), np.uint8)
    if saturated:
        mask[int(Y), int(X)] = SATURATED
    header = fits.Header(
        [("DATE-OBS", isot(START_US, 6)), ("EXPTIME1", 0.5), ("GAIN", GAIN), ("FMTTYPE", "TOMOE-IMAGE-CUBE")]
    )
    primary = fits.PrimaryHDU(header=header)
    image = compressed_image(cube, "CUBE", NOISE)
    if solved:
        add_wcs(image.header, chip_wcs(CHIP, RA_DEG, DEC_DEG))
    parts: list[bytes | memoryview] = [primary.header.tostring().encode("ascii")]
    for extension in (image, mask_plane(mask)):
        parts += [extension.header.tostring().encode("ascii"), extension.data]
    write_whole_file(path, parts)
    return path


@pytest.fixture(scope="module")
def cube(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cube(tmp_path_factory.mktemp("cube") / "cube.fits")


def test_fluxes_are_those_of_the_star_within_their_errors(cube: Path) -> None:
    curve = light_curve(cube, x=X, y=Y)
    departures = (curve.flux_counts - FLUXES) / curve.flux_error_counts
    assert abs(departures.mean()) < 3 / np.sqrt(len(FLUXES))
    assert np.abs(departures).max() < 4
    of_sky = np.sqrt(np.pi * 4.5**2) * NOISE
    of_light = np.sqrt(FLUXES / GAIN)
    np.testing.assert_allclose(curve.flux_error_counts, np.hypot(of_sky, of_light), rtol=0.1)
    assert not curve.flagged


def test_times_are_the_middle_of_the_exposure_of_the_star_s_row(cube: Path) -> None:
    curve = light_curve(cube, x=X, y=Y)
    expected = [mid_time_us(START_US, frame, Y, 0.5) for frame in range(len(FLUXES))]
    assert curve.mid_times_us.tolist() == expected
    assert from_datetime(to_datetime(expected[0])) > START_US + 250_000


def test_a_sky_position_is_the_pixel_that_it_falls_on(cube: Path) -> None:
    wcs: WCS = chip_wcs(CHIP, RA_DEG, DEC_DEG)
    [[ra, dec]] = wcs.all_pix2world([[X, Y]], 0)
    by_sky, by_pixel = light_curve(cube, ra_deg=ra, dec_deg=dec), light_curve(cube, x=X, y=Y)
    assert (by_sky.x, by_sky.y) == pytest.approx((X, Y), abs=1e-3)
    np.testing.assert_allclose(by_sky.flux_counts, by_pixel.flux_counts, rtol=1e-3)


def test_a_saturated_pixel_flags_it(tmp_path: Path) -> None:
    assert light_curve(write_cube(tmp_path / "cube.fits", saturated=True), x=X, y=Y).flagged


def test_what_cannot_be_measured_is_told_by_name(cube: Path, tmp_path: Path) -> None:
    with pytest.raises(PositionOutsideCube, match="ask for another position"):
        light_curve(cube, x=3, y=500)
    with pytest.raises(CubeUnsolved, match="ask for a pixel"):
        light_curve(write_cube(tmp_path / "cube.fits", solved=False), ra_deg=1.0, dec_deg=2.0)
    fits.PrimaryHDU(np.zeros((5, 5))).writeto(tmp_path / "other.fits")
    with pytest.raises(CubeUnreadable, match="calibrated cube"):
        light_curve(tmp_path / "other.fits", x=X, y=Y)
    with pytest.raises(CubeUnreadable, match=r"no such file.*of the archive"):
        light_curve(tmp_path / "nowhere.fits", x=X, y=Y)
    with pytest.raises(ValueError, match="either"):
        light_curve(cube, x=X, y=Y, ra_deg=1.0, dec_deg=2.0)


@pytest.mark.parametrize("radius", [0.0, -1.0, float("nan"), 12.0, 40.0])
def test_a_circle_that_can_not_be_measured_is_told(tmp_path: Path, radius: float) -> None:
    with pytest.raises(RadiusUnusable, match="up to 9 pixels"):
        light_curve(tmp_path / "cube.fits", x=X, y=Y, radius_pixels=radius)


@pytest.mark.parametrize(
    ("ra_deg", "dec_deg"), [(400.0, 100.0), (-0.1, 0.0), (10.0, -90.1), (float("nan"), 0.0), (0.0, np.inf)]
)
def test_what_is_no_position_of_the_sky_is_told(tmp_path: Path, ra_deg: float, dec_deg: float) -> None:
    with pytest.raises(PositionBeyondSky, match="0 to 360 degrees"):
        light_curve(tmp_path / "cube.fits", ra_deg=ra_deg, dec_deg=dec_deg)
