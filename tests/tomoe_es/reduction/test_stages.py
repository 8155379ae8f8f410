"""The stages on arrays whose answer is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.simulator.sky.psf import MoffatPsf
from tomoe_es.camera.frame_geometry import IMAGING_AREA, IMAGING_SHAPE, LINE_READOUT_SECONDS, ORIGINAL_SHAPE
from tomoe_es.camera.rolling_shutter import mid_time_us, row_delay_seconds
from tomoe_es.reduction.bad_columns import bad_columns
from tomoe_es.reduction.bias import bias_levels
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.clipping import trimmed_variance
from tomoe_es.reduction.conditions import TooFewFrames
from tomoe_es.reduction.dark import master_dark
from tomoe_es.reduction.flat import master_flat
from tomoe_es.reduction.mask import BAD_COLUMN, CLIPPED, HOT, INSENSITIVE, SATURATED
from tomoe_es.reduction.photometry import Photometry, measure
from tomoe_es.reduction.sky_unevenness import sky_unevenness
from tomoe_es.reduction.stack import Stack, stack
from tomoe_es.reduction.variance import frame_variance, stack_variance
from tomoe_es.reduction.zero_point import zero_point
from tomoe_es.transfer.stored_counts import as_counts, as_stored

GAIN = 0.23
ZEROS, NO_MASK = np.zeros(IMAGING_SHAPE, np.float32), np.zeros(IMAGING_SHAPE, np.uint8)
NO_DARK = CalibrationFrame(ZEROS, ZEROS, NO_MASK, 1)
NO_FLAT = CalibrationFrame(np.ones(IMAGING_SHAPE, np.float32), ZEROS, NO_MASK, 1)


@dataclass(frozen=True)
class Cube:
    """Original frames, as a file has them."""

    frames: NDArray[np.uint16]

    def stored(self) -> NDArray[np.uint16]:
        return as_stored(self.frames)

    def release(self) -> None:
        """Nothing is mapped."""


def frames_of(light: NDArray[np.float64] | float, count: int, bias: float = 1000.0) -> NDArray[np.uint16]:
    """Original frames with a bias level and light on the imaging area."""
    frames = np.full((count, *ORIGINAL_SHAPE), bias)
    frames[:, IMAGING_AREA[0], IMAGING_AREA[1]] += light
    return frames.astype(np.uint16)


def noisy(level: float, sigma: float, count: int, seed: int = 4) -> NDArray[np.uint16]:
    """Original frames of normal noise about a level of light, rounded."""
    random = np.random.default_rng(seed)
    frames = np.full((count, *ORIGINAL_SHAPE), 1000, np.uint16)
    for frame in frames:
        light = random.normal(level, sigma, IMAGING_SHAPE).astype(np.float32)
        frame[IMAGING_AREA] += np.rint(light).clip(-1000).astype(np.int16).view(np.uint16)
    return frames


def stacked(frames: NDArray[np.uint16], clip: bool = False) -> Stack:
    return stack(as_stored(frames), NO_DARK, NO_FLAT, GAIN, clip=clip)


def test_counts_come_back_from_what_is_stored() -> None:
    counts = np.array([0, 1, 255, 256, 32767, 32768, 65535], np.uint16)
    assert as_stored(counts).tobytes() == (counts.astype(np.int32) - 32768).astype(">i2").tobytes()
    np.testing.assert_array_equal(as_counts(as_stored(counts)), counts)


def test_bias_is_the_level_of_the_overscan_whatever_the_light() -> None:
    frames = np.concatenate([frames_of(5000.0, 1, bias=1003.0), frames_of(64535.0, 1, bias=1000.0)])
    assert bias_levels(as_stored(frames)).tolist() == [1003, 1000]


def test_a_dark_leaves_out_what_hits_a_pixel_once_and_measures_its_noise() -> None:
    frames = noisy(0, 8.3, 20)
    frames[3, 136, 282] = 60000
    frames[:, 500, 700] = 1000 + 4000
    dark, combined = master_dark(Cube(frames), GAIN, 277.0)
    assert dark.image[100, 200] == pytest.approx(0, abs=8)
    assert combined.used[100, 200] <= 19
    assert combined.used.max() == 20
    assert np.median(dark.image) == pytest.approx(0, abs=0.1)
    assert np.median(dark.noise) == pytest.approx(8.3, rel=0.03)
    assert combined.rejected_fraction == pytest.approx(0.002, abs=0.001)
    assert np.argwhere(dark.mask & HOT).tolist() == [[464, 618]]
    assert (dark.frames, dark.temperature_k) == (20, 277.0)


def test_lines_of_a_dark_that_are_constant_or_repeated_are_lost() -> None:
    frames = noisy(0, 8.3, 8)
    rows = IMAGING_AREA[0]
    assert master_dark(Cube(frames), GAIN)[1].lost_fraction == 0
    frames[5, rows.start + 24 : rows.start + 36] = 0
    frames[7, rows.start + 600 : rows.start + 612] = frames[2, rows.start + 600 : rows.start + 612]
    assert master_dark(Cube(frames), GAIN)[1].lost_fraction == pytest.approx(2 / (8 * 94))


def test_too_few_frames_are_not_combined() -> None:
    with pytest.raises(TooFewFrames, match="at least 5 frames, the cube has 4"):
        master_dark(Cube(frames_of(0.0, 4)), GAIN)


def test_a_column_that_is_off_or_noisy_is_bad_from_top_to_bottom() -> None:
    frames = noisy(100, 8, 6)
    column = IMAGING_AREA[1].start
    frames[:, :, column + 300] += 40
    frames[::2, :, column + 800] += 60
    dark, _ = master_dark(Cube(frames), GAIN)
    assert np.flatnonzero((dark.mask & BAD_COLUMN).all(axis=0)).tolist() == [300, 800]
    assert not (dark.mask[:, :300] & BAD_COLUMN).any()


def test_a_column_of_many_bad_pixels_is_bad() -> None:
    plane = np.random.default_rng(7).normal(0, 1, (400, 300)).astype(np.float32)
    bad = np.zeros(plane.shape, bool)
    bad[:130, 17] = True
    assert np.flatnonzero(bad_columns(plane, bad)).tolist() == [17]


def test_a_flat_has_median_one_though_twilight_fades() -> None:
    sensitivity = np.ones(IMAGING_SHAPE)
    sensitivity[:, :500], sensitivity[7, 8] = 0.9, 0.0
    fading = np.concatenate([frames_of(level * sensitivity, 1) for level in (9000, 8000, 7000, 6000, 5000)])
    flat, _, levels = master_flat(Cube(fading), NO_DARK, GAIN)
    assert np.median(flat.image) == pytest.approx(1, abs=1e-6)
    assert flat.image[500, 100] == pytest.approx(0.9, abs=1e-3)
    assert flat.mask[7, 8] & INSENSITIVE
    assert flat.image[7, 8] == 1
    np.testing.assert_allclose(levels, [9000, 8000, 7000, 6000, 5000])


def test_calibrated_frames_are_in_counts_of_light() -> None:
    dark = CalibrationFrame(np.full(IMAGING_SHAPE, 10, np.float32), ZEROS, NO_MASK, 5)
    flat = CalibrationFrame(np.full(IMAGING_SHAPE, 0.5, np.float32), ZEROS, NO_MASK, 5)
    made = stack(as_stored(frames_of(110.0, 3)), dark, flat, GAIN)
    assert (made.frames.nframe, made.frames.shape) == (3, IMAGING_SHAPE)
    for frame in made.frames.each():
        np.testing.assert_allclose(frame, 200.0)
    assert made.saturated_fraction == 0


def test_any_part_of_calibrated_frames_can_be_looked_at() -> None:
    stored = as_stored(noisy(300, 20, 4))
    dark = CalibrationFrame(np.arange(IMAGING_SHAPE[1], dtype=np.float32) + ZEROS, ZEROS, NO_MASK, 5)
    frames = stack(stored, dark, NO_FLAT, GAIN).frames
    levels = bias_levels(stored)[:, None, None]
    light = as_counts(stored)[:, *IMAGING_AREA].astype(np.float32) - levels - dark.image
    parts = (slice(None), slice(None)), (slice(10, 400, 7), slice(3, 1990, 5)), (slice(5, 5), slice(0, 3))
    for part in parts:
        np.testing.assert_allclose(frames.frame(2, part), light[2][part], atol=1e-3)
        np.testing.assert_allclose(
            frames.mean(1, 4, part), light[1:][(slice(None), *part)].mean(axis=0), atol=1e-3
        )


def test_too_few_frames_show_nothing_over_time() -> None:
    with pytest.raises(TooFewFrames, match="over time needs at least 7 frames, the cube has 6"):
        stack(as_stored(noisy(300, 20, 6)), NO_DARK, NO_FLAT, GAIN, over_time=True)


@pytest.mark.parametrize("clip", [False, True])
def test_what_frames_show_over_time_changes_nothing_else(clip: bool) -> None:
    stored = as_stored(noisy(300, 20, 7))
    asked_for = stack(stored, NO_DARK, NO_FLAT, GAIN, clip=clip, over_time=True)
    without = stack(stored, NO_DARK, NO_FLAT, GAIN, clip=clip)
    assert (asked_for.over_time is None, without.over_time) == (False, None)
    np.testing.assert_array_equal(asked_for.image, without.image)
    np.testing.assert_array_equal(asked_for.used, without.used)


def test_the_mean_is_that_of_numpy() -> None:
    frames = noisy(300, 20, 9)
    light = frames[1:, IMAGING_AREA[0], IMAGING_AREA[1]].astype(np.float64) - 1000
    made = stacked(frames)
    np.testing.assert_allclose(made.image, light.mean(axis=0), rtol=1e-5)
    assert made.noise_counts == pytest.approx(float(np.sqrt(light.var(axis=0, ddof=1).mean())), rel=0.01)


def test_full_pixels_are_saturated() -> None:
    light = np.full(IMAGING_SHAPE, 100.0)
    light[5, 6] = 6400 / GAIN
    made = stacked(frames_of(light, 3))
    assert np.argwhere(made.mask & SATURATED).tolist() == [[5, 6]]
    assert made.saturated_fraction == pytest.approx(1 / light.size)


def test_a_stack_is_the_mean_without_the_first_frame() -> None:
    frames = np.concatenate([frames_of(level, 1) for level in (999, 1, 2, 3, 4)])
    made = stacked(frames)
    np.testing.assert_allclose(made.image, 2.5)
    assert made.frames_used == 4
    assert np.unique(made.used).tolist() == [4]


@pytest.mark.parametrize("count", [4, 7, 18])
def test_the_noise_is_that_of_normal_deviates_however_few_frames_there_are(count: int) -> None:
    made = stacked(noisy(180, 29, count))
    assert made.noise_counts == pytest.approx(29, rel=0.01)
    assert made.worst_band_noise_counts == pytest.approx(29, rel=0.06)


@pytest.mark.parametrize("count", [7, 12, 18])
def test_clipping_takes_out_a_cosmic_ray_and_little_else(count: int) -> None:
    frames = noisy(180, 29, count)
    frames[count // 2, 136, 282 : 282 + 5] += 1500
    clean, made = stacked(frames), stacked(frames, clip=True)
    assert clean.image[100, 200:205].mean() > 180 + 0.8 * 1500 / (count - 1)
    assert made.image[100, 200:205].mean() == pytest.approx(180, abs=29)
    assert (made.mask[100, 200:205] & CLIPPED).all()
    assert (made.used[100, 200:205] <= count - 2).all()
    assert made.used.mean() / (count - 1) > 0.996
    assert made.image.mean() == pytest.approx(clean.image.mean(), abs=0.1)


def test_clipping_leaves_a_star_that_varies_as_it_is() -> None:
    frames = noisy(180, 29, 18)
    for number, frame in enumerate(frames):
        frame[136, 282] = 1000 + 10000 + 800 * (-1) ** number
    made = stacked(frames, clip=True)
    assert made.used[100, 200] == 17
    assert made.image[100, 200] == pytest.approx(stacked(frames).image[100, 200])


def test_clipping_a_few_frames_is_refused() -> None:
    with pytest.raises(TooFewFrames, match="a clipped stack needs at least 6 frames"):
        stacked(frames_of(1.0, 5), clip=True)


def test_the_variance_without_extremes_is_that_of_sorted_deviates() -> None:
    deviates = np.sort(np.random.default_rng(9).standard_normal((100_000, 12)), axis=1)[:, 1:-1]
    assert trimmed_variance(12) == pytest.approx(deviates.var(axis=1).mean(), rel=0.01)


def test_lines_lost_in_one_frame_show_in_the_noise_of_their_band() -> None:
    frames = noisy(200, 10, 8)
    frames[4, 636:656] = 1000
    made = stacked(frames)
    assert made.noise_counts == pytest.approx(10, rel=0.02)
    assert made.worst_band_noise_counts > 40
    assert made.lost_fraction == pytest.approx(2 / (8 * 94))


def test_no_line_of_good_frames_is_lost() -> None:
    assert stacked(noisy(200, 10, 12)).lost_fraction == 0


def test_a_frame_that_repeats_an_earlier_one_is_lost() -> None:
    frames = noisy(200, 10, 8)
    frames[6] = frames[1]
    assert stacked(frames).lost_fraction == pytest.approx(1 / 8)


def test_two_frames_are_no_stack() -> None:
    with pytest.raises(TooFewFrames):
        stacked(frames_of(1.0, 2))


def test_the_variance_foretells_the_scatter_of_frames_and_stacks() -> None:
    random = np.random.default_rng(11)
    read, light = 8.0, 500.0
    sigma = float(np.hypot(read, np.sqrt(light / GAIN)))
    dark = CalibrationFrame(ZEROS, np.full(IMAGING_SHAPE, read, np.float32), NO_MASK, 10_000)
    flat = CalibrationFrame(NO_FLAT.image, ZEROS, NO_MASK, 10_000)
    image = np.full(IMAGING_SHAPE, light, np.float32)
    assert frame_variance(image, dark, flat, GAIN)[0, 0] ** 0.5 == pytest.approx(sigma, rel=1e-4)
    used = np.full(IMAGING_SHAPE, 9, np.uint16)
    means = random.normal(light, sigma, (9, 100_000)).mean(axis=0)
    assert stack_variance(image, used, dark, flat, GAIN)[0, 0] ** 0.5 == pytest.approx(means.std(), rel=0.02)


def test_few_darks_and_flats_add_their_own_variance() -> None:
    image, used = np.full(IMAGING_SHAPE, 500, np.float32), np.full(IMAGING_SHAPE, 17, np.uint16)
    noise = np.full(IMAGING_SHAPE, 8.0, np.float32)

    def variance(darks: int, flats: int) -> float:
        dark = CalibrationFrame(ZEROS, noise, NO_MASK, darks)
        flat = CalibrationFrame(NO_FLAT.image, noise / 400, NO_MASK, flats)
        return float(stack_variance(image, used, dark, flat, GAIN)[3, 4])

    assert variance(4, 10**6) - variance(10**6, 10**6) == pytest.approx(8.0**2 / 4, rel=0.01)
    assert variance(10**6, 4) - variance(10**6, 10**6) == pytest.approx((500 * 0.02) ** 2 / 4, rel=0.01)


def test_each_row_is_exposed_a_line_later_than_the_row_before() -> None:
    assert row_delay_seconds(0) == pytest.approx(36 * LINE_READOUT_SECONDS)
    assert row_delay_seconds(1) - row_delay_seconds(0) == pytest.approx(0.41475e-3)
    start = 1_780_000_000_000_000
    assert mid_time_us(start, 0, -36, 0.5) == start + 250_000
    assert mid_time_us(start, 3, -36, 0.5) == start + 1_750_000
    assert mid_time_us(start, 1, -36, 0.1) == start + 497_700 + 50_000  # the readout takes longer


def with_stars(stars: list[tuple[float, float, float]], sigma: float = 5.0) -> NDArray[np.float32]:
    """A sky of 200 counts with Gaussian stars of FWHM 3.53 pixels at x, y."""
    image = np.random.default_rng(5).normal(200, sigma, IMAGING_SHAPE).astype(np.float32)
    row, column = np.mgrid[: IMAGING_SHAPE[0], : IMAGING_SHAPE[1]]
    for x, y, flux in stars:
        near = (slice(int(y) - 20, int(y) + 20), slice(int(x) - 20, int(x) + 20))
        squared = (column[near] - x) ** 2 + (row[near] - y) ** 2
        image[near] += (flux / (2 * np.pi * 1.5**2) * np.exp(-squared / (2 * 1.5**2))).astype(np.float32)
    return image


STARS = [(400.3, 300.7, 50000.0), (1500.5, 800.1, 20000.0), (1000.0, 500.0, 8000.0)]


@pytest.fixture(scope="module")
def measured() -> Photometry:
    return measure(with_stars(STARS), NO_MASK, 4.0)


def test_stars_are_measured_where_they_are_and_as_bright_as_they_are(measured: Photometry) -> None:
    assert len(measured.sources) == 3
    for source, (x, y, flux) in zip(measured.sources, STARS, strict=True):
        assert (source["x"], source["y"]) == pytest.approx((x, y), abs=0.05)
        assert source["flux"] == pytest.approx(0.989 * flux, rel=0.03)
        assert source["optimal_flux"] == pytest.approx(0.989 * flux, rel=0.02)
        assert source["optimal_error"] < source["flux_error"]
        assert source["ellipticity"] < 0.05
    assert measured.sky_counts == pytest.approx(200, abs=0.5)
    assert measured.noise_counts == pytest.approx(5, rel=0.05)


def test_a_hot_pixel_under_a_star_does_not_count_for_optimal_photometry() -> None:
    image, mask = with_stars(STARS), NO_MASK.copy()
    image[501, 1001], mask[501, 1001] = 30000, HOT
    faintest = measure(image, mask, 4.0).sources[-1]
    assert faintest["optimal_flux"] == pytest.approx(0.989 * 8000, rel=0.03)


def test_a_star_with_a_full_pixel_is_saturated() -> None:
    mask = NO_MASK.copy()
    mask[300, 400] = SATURATED
    assert measure(with_stars(STARS), mask, 4.0).sources["saturated"].tolist() == [True, False, False]


def test_a_star_cut_by_the_edge_and_a_bright_line_tell_no_place() -> None:
    image = with_stars(STARS)
    image[:3, 700:706] += 1000
    image[900:920, 300] += 1000
    measured = measure(image, NO_MASK, 4.0)
    assert len(measured.sources) == 5
    assert sorted(measured.xy[:, 0]) == pytest.approx([400.3, 1000, 1500.5], abs=0.05)


@pytest.mark.parametrize("neighbour", [1500.0, 1e5])
def test_the_centroid_of_a_full_stars_neighbour_stays_its_own(neighbour: float) -> None:
    light = np.zeros(IMAGING_SHAPE, np.float32)
    stars = MoffatPsf.of_fwhm_arcsec(3.5)
    stars.add_stars(light, np.array([1000.0, 1020.0]), np.array([500.0, 500.0]), np.array([3e6, neighbour]))
    image = np.minimum(with_stars([], sigma=3.0) + light, np.float32(28000))
    full = np.where(image > 27500, np.uint8(SATURATED), np.uint8(0))
    sources = measure(image, full, 4.0).sources
    assert sources["x"] == pytest.approx([1000, 1020], abs=0.1)
    assert sources["saturated"].tolist() == [True, False]


@pytest.mark.parametrize("level", [0.0, 27000.0])
def test_an_image_without_contrast_has_no_sources(level: float) -> None:
    nothing = measure(np.full(IMAGING_SHAPE, level, np.float32), NO_MASK, 4.0)
    assert len(nothing.sources) == 0
    assert nothing.fwhm_arcsec is None


def test_the_zero_point_is_that_of_good_catalogue_stars(measured: Photometry) -> None:
    sources = measured.sources.copy()
    true = 25.0 - 2.5 * np.log10(sources["flux"])
    zero = zero_point(sources, true + np.array([0.01, -0.01, 0.0]))
    assert zero is not None
    assert (zero.magnitude, zero.scatter_mag, zero.stars) == (
        pytest.approx(25.0, abs=0.001),
        pytest.approx(0.01, abs=0.001),
        3,
    )
    np.testing.assert_allclose(zero.magnitudes(sources["flux"]), true, atol=0.001)
    assert np.isnan(zero.magnitudes(np.array([-5.0]))).all()
    sources["flags"][0] = 1
    two = zero_point(sources, true)
    assert two is not None
    assert (two.stars, two.scatter_mag) == (2, None)
    assert zero_point(sources, np.where(sources["flags"] > 0, true, np.nan)) is None


def test_full_stars_tell_the_zero_point_by_their_wings_where_others_are_too_few() -> None:
    light = np.zeros(IMAGING_SHAPE, np.float32)
    true = np.array([2e6, 1e6, 6e5, 5e4])
    x, y = np.array([400.3, 800.0, 1200.6, 1600.2]), np.array([300.0, 600.4, 300.7, 600.1])
    MoffatPsf.of_fwhm_arcsec(3.5).add_stars(light, x, y, true)
    image = np.minimum(with_stars([], sigma=3.0) + light, np.float32(28000))
    full = np.where(image > 27500, np.uint8(SATURATED), np.uint8(0))
    sources = measure(image, full, 4.0).sources
    assert sources["saturated"].tolist() == [True, True, True, False]
    zero = zero_point(sources, 25.0 - 2.5 * np.log10(true))
    assert zero is not None
    assert zero.stars == 4
    assert zero.scatter_mag == pytest.approx(0, abs=0.01)


def test_a_dimmed_half_makes_the_sky_uneven_and_a_dark_one_does_not() -> None:
    image = with_stars(STARS)
    assert sky_unevenness(image, 20.0) < 0.02
    image[:, :1000] *= 0.2
    assert sky_unevenness(image, 20.0) == pytest.approx(0.8, abs=0.01)
    assert sky_unevenness(np.where(image > 100, 1.0, 0.0).astype(np.float32), 20.0) == pytest.approx(0.05)


def test_a_light_in_the_middle_makes_the_sky_uneven_and_the_halo_of_a_star_does_not() -> None:
    image = with_stars(STARS)
    rows, columns = np.indices(image.shape, np.float32)
    distance = np.hypot(rows - 564, columns - 1000)
    lit = image + 1000 * np.exp(-(distance**2) / (2 * 300**2))
    assert sky_unevenness(lit.astype(np.float32), 20.0) > 0.7
    halo = 50_000 * (1 + (np.hypot(rows - 700, columns - 830) / 60) ** 2) ** -3
    assert sky_unevenness((image + halo).astype(np.float32), 20.0) < 0.1


def test_of_two_stars_the_one_with_a_companion_does_not_count(measured: Photometry) -> None:
    true = 25.0 - 2.5 * np.log10(measured.sources["flux"])
    for brightened in (0, 1):
        off = np.array([0.0, 0.0, np.nan])
        off[brightened] = 0.3
        zero = zero_point(measured.sources, true + off)
        assert zero is not None
        assert zero.magnitude == pytest.approx(25.0, abs=0.001)


def test_one_star_gives_a_zero_point_without_scatter_and_with_a_large_error(measured: Photometry) -> None:
    zero = zero_point(measured.sources, np.array([np.nan, 14.0, np.nan]))
    assert zero is not None
    assert (zero.stars, zero.scatter_mag, zero.error_mag) == (1, None, 0.35)
