"""The stages on arrays whose answer is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from tomoe_es.reduction.calibrate import calibrate

from tomoe_es.camera.focal_plane import chip_wcs
from tomoe_es.camera.frame_geometry import IMAGING_AREA, IMAGING_SHAPE, ORIGINAL_SHAPE
from tomoe_es.reduction.astrometry import FieldHint, Match, solve_chip
from tomoe_es.reduction.bias import bias_level, subtract_bias
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.combine import combine
from tomoe_es.reduction.conditions import AstrometryFailed, TooFewFrames
from tomoe_es.reduction.dark import master_dark
from tomoe_es.reduction.flat import master_flat
from tomoe_es.reduction.photometry import measure
from tomoe_es.reduction.stack import stack
from tomoe_es.scheduling.sky import separation_arcsec

NO_DARK = CalibrationFrame(
    np.zeros(IMAGING_SHAPE, np.float32), np.zeros(IMAGING_SHAPE, np.float32), np.zeros(IMAGING_SHAPE, bool), 1
)
NO_FLAT = CalibrationFrame(np.ones(IMAGING_SHAPE, np.float32), NO_DARK.noise, NO_DARK.bad, 1)


def frames_of(light: NDArray[np.float64] | float, count: int, bias: float = 1000.0) -> NDArray[np.uint16]:
    """Original frames with a bias level and light on the imaging area."""
    frames = np.full((count, *ORIGINAL_SHAPE), bias)
    frames[:, IMAGING_AREA[0], IMAGING_AREA[1]] += light
    return frames.astype(np.uint16)


def test_bias_is_the_level_of_the_overscan_whatever_the_light() -> None:
    frame = frames_of(5000.0, 1, bias=1003.0)[0]
    assert bias_level(frame) == 1003
    np.testing.assert_array_equal(subtract_bias(frame), np.full(IMAGING_SHAPE, 5000, np.float32))


def test_combining_leaves_out_the_extremes_of_each_pixel() -> None:
    frames = np.full((10, 2, 2), 5.0, np.float32)
    frames[3, 0, 0], frames[4, 1, 1] = 9999.0, -9999.0
    combined = combine(frames)
    np.testing.assert_allclose(combined.mean, 5.0)
    np.testing.assert_allclose(combined.noise, 0.0)


def test_combining_measures_mean_and_noise() -> None:
    frames = np.random.default_rng(2).normal(100, 8, (200, 20, 20)).astype(np.float32)
    combined = combine(iter(frames))
    assert combined.mean.mean() == pytest.approx(100, abs=0.1)
    assert combined.noise.mean() == pytest.approx(8, rel=0.06)


def test_too_few_frames_are_not_combined() -> None:
    with pytest.raises(TooFewFrames, match="at least 5 frames, the cube has 4"):
        combine(np.zeros((4, 2, 2), np.float32))


def test_a_dark_finds_hot_pixels() -> None:
    light = np.random.default_rng(3).normal(0, 2, IMAGING_SHAPE)
    light[100, 200] += 500
    dark = master_dark(frames_of(light, 6))
    assert dark.bad[100, 200]
    assert np.count_nonzero(dark.bad) < 10
    assert dark.image[100, 200] == pytest.approx(500, abs=10)


def test_a_flat_has_median_one_though_twilight_fades() -> None:
    sensitivity = np.ones(IMAGING_SHAPE)
    sensitivity[:, :500], sensitivity[7, 8] = 0.9, 0.0
    fading = np.concatenate([frames_of(level * sensitivity, 1) for level in (9000, 8000, 7000, 6000, 5000)])
    flat, levels = master_flat(fading, NO_DARK)
    assert np.median(flat.image) == 1
    assert flat.image[500, 100] == pytest.approx(0.9, abs=1e-3)
    assert flat.bad[7, 8]
    assert flat.image[7, 8] == 1
    np.testing.assert_allclose(levels, [9000, 8000, 7000, 6000, 5000])


def test_calibrated_frames_are_in_counts_of_light() -> None:
    dark = CalibrationFrame(np.full(IMAGING_SHAPE, 10, np.float32), NO_DARK.noise, NO_DARK.bad, 5)
    flat = CalibrationFrame(np.full(IMAGING_SHAPE, 0.5, np.float32), NO_DARK.noise, NO_DARK.bad, 5)
    calibrated = calibrate(frames_of(110.0, 2), dark, flat, 0.23)
    np.testing.assert_allclose(calibrated.frames, 200.0)
    assert calibrated.saturated_fraction == 0


def test_full_pixels_are_saturated() -> None:
    light = np.full(IMAGING_SHAPE, 100.0)
    light[5, 6] = 6400 / 0.23
    calibrated = calibrate(frames_of(light, 2), NO_DARK, NO_FLAT, 0.23)
    assert np.argwhere(calibrated.saturated).tolist() == [[5, 6]]
    assert calibrated.saturated_fraction == pytest.approx(1 / light.size)


def test_a_stack_is_the_mean_without_the_first_frame() -> None:
    frames = np.empty((5, *IMAGING_SHAPE), np.float32)
    frames[:] = np.array([999, 1, 2, 3, 4])[:, None, None]
    stacked = stack(frames)
    np.testing.assert_allclose(stacked.image, 2.5)
    assert stacked.frames_used == 4
    assert stacked.noise_counts == pytest.approx(np.std([1, 2, 3, 4], ddof=1))


def test_lines_lost_in_one_frame_show_in_the_noise_of_their_band() -> None:
    frames = np.random.default_rng(4).normal(200, 10, (8, *IMAGING_SHAPE)).astype(np.float32)
    frames[4, 600:620] = 0
    stacked = stack(frames)
    assert stacked.noise_counts == pytest.approx(10, rel=0.06)
    assert stacked.worst_band_noise_counts > 40


def test_two_frames_are_no_stack() -> None:
    with pytest.raises(TooFewFrames):
        stack(np.zeros((2, *IMAGING_SHAPE), np.float32))


def test_stars_are_measured_where_they_are_and_as_bright_as_they_are() -> None:
    random = np.random.default_rng(5)
    image = random.normal(200, 5, IMAGING_SHAPE).astype(np.float32)
    row, column = np.mgrid[: IMAGING_SHAPE[0], : IMAGING_SHAPE[1]]
    true = [(400.3, 300.7, 50000.0), (1500.5, 800.1, 20000.0), (1000.0, 500.0, 8000.0)]
    for x, y, flux in true:
        near = (slice(int(y) - 20, int(y) + 20), slice(int(x) - 20, int(x) + 20))
        squared = (column[near] - x) ** 2 + (row[near] - y) ** 2
        image[near] += (flux / (2 * np.pi * 1.5**2) * np.exp(-squared / (2 * 1.5**2))).astype(np.float32)
    measured = measure(image, NO_DARK.bad, NO_DARK.bad, 4.0)
    assert len(measured.sources) == 3
    for source, (x, y, flux) in zip(measured.sources, true, strict=True):
        assert (source["x"], source["y"]) == pytest.approx((x, y), abs=0.05)
        assert source["flux"] == pytest.approx(0.989 * flux, rel=0.03)
    assert measured.sky_counts == pytest.approx(200, abs=0.5)
    assert measured.noise_counts == pytest.approx(5, rel=0.05)


@pytest.mark.parametrize("level", [0.0, 27000.0])
def test_an_image_without_contrast_has_no_sources(level: float) -> None:
    measured = measure(np.full(IMAGING_SHAPE, level, np.float32), NO_DARK.bad, NO_DARK.bad, 4.0)
    assert len(measured.sources) == 0
    assert measured.fwhm_arcsec is None


@dataclass(frozen=True)
class KnowsTheSky:
    """A solver that was told the answer, with an error of its pairs in degrees."""

    sky_deg: NDArray[np.float64]

    def solve(self, xy: NDArray[np.float64], image_size: tuple[int, int], hint: FieldHint) -> Match:
        """All positions paired."""
        assert image_size == (2000, 1128)
        return Match(np.arange(len(xy)), self.sky_deg[: len(xy)], 50.0)


XY = np.random.default_rng(6).uniform((0, 0), (2000, 1128), (12, 2))
POINTING = (120.0, 35.0)
TRUE_WCS = chip_wcs(308, 120.01, 35.01)
SKY = TRUE_WCS.wcs_pix2world(XY, 0)


def test_the_fit_corrects_the_pointing() -> None:
    solution = solve_chip(XY, 308, POINTING, KnowsTheSky(SKY))
    truth = TRUE_WCS.wcs_pix2world(0, 0, 0)
    assert separation_arcsec(*solution.wcs.wcs_pix2world(0, 0, 0), *truth) < 0.01
    assert solution.stars == 12
    assert 40 < solution.offset_arcsec < 55


def test_a_wrong_pair_is_left_out() -> None:
    sky = SKY + np.array([[0.0, 2 / 3600]] + [[0.0, 0.0]] * 11)
    solution = solve_chip(XY, 308, POINTING, KnowsTheSky(sky))
    assert solution.stars == 11
    assert solution.rms_arcsec < 0.01


def test_a_field_that_is_turned_or_of_another_scale_is_refused() -> None:
    centre = SKY.mean(axis=0)
    with pytest.raises(AstrometryFailed, match=r"its scale is 1\.01"):
        solve_chip(XY, 308, POINTING, KnowsTheSky(centre + 1.01 * (SKY - centre)))
    with pytest.raises(AstrometryFailed, match="it is turned by"):
        solve_chip(XY, 308, POINTING, KnowsTheSky(chip_wcs(101, *POINTING).wcs_pix2world(XY, 0)))


def test_few_sources_mean_clouds() -> None:
    with pytest.raises(AstrometryFailed, match="3 sources, 4 are needed: probably cloudy"):
        solve_chip(XY[:3], 308, POINTING, KnowsTheSky(SKY))
