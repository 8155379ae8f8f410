"""The pixels: the same to the bit in a rerun, noise by the detector's figures, light where it should be."""

import pickle
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.simulator.sky.detector import BIAS_COUNTS, dark_current_factor, detector_of
from adapters.simulator.sky.photometry import sky_electrons_per_second
from adapters.simulator.sky.render import ChipRenderer, ChipTruth, render_chip
from adapters.simulator.sky.request import RenderRequest
from tomoe_es.camera.frame_geometry import (
    FULL_WELL_E,
    GAIN_ELECTRONS_PER_COUNT,
    IMAGING_AREA,
    ORIGINAL_SHAPE,
    READ_NOISE_E,
    RIGHT_OVERSCAN,
    UPPER_REFERENCE_ROWS,
)

RequestMaker = Callable[..., RenderRequest]
HIGH_GAIN = GAIN_ELECTRONS_PER_COUNT["high"]


def rendered(request: RenderRequest) -> tuple[NDArray[np.uint16], ChipTruth]:
    frames = np.zeros((request.nframe, *ORIGINAL_SHAPE), dtype=np.uint16)
    return frames, render_chip(request, frames)


@pytest.mark.parametrize("data_type", ["OBJECT", "DARK", "FLAT"])
def test_the_same_request_gives_the_same_bits_in_any_order(
    request_with: RequestMaker, data_type: str
) -> None:
    request = request_with(data_type=data_type, nframe=3, transparency=(1.0, 0.8, 1.0))
    frames, _ = rendered(request)
    renderer = ChipRenderer(pickle.loads(pickle.dumps(request)))
    for frame in (2, 0, 1):
        again = np.empty(ORIGINAL_SHAPE, dtype=np.uint16)
        renderer.write_frame(frame, again)
        assert np.array_equal(again, frames[frame])


@pytest.mark.parametrize("change", [{"seed": 2}, {"exposure_number": 6}])
def test_another_seed_or_exposure_gives_independent_noise(
    request_with: RequestMaker, change: dict[str, int]
) -> None:
    one, _ = rendered(request_with(data_type="DARK", nframe=1))
    other, _ = rendered(request_with(data_type="DARK", nframe=1, **change))
    bias = detector_of(101).bias_counts[RIGHT_OVERSCAN]
    correlation = np.corrcoef(
        (one[0][RIGHT_OVERSCAN] - bias).ravel(), (other[0][RIGHT_OVERSCAN] - bias).ravel()
    )
    assert abs(correlation[0, 1]) < 0.02


@pytest.mark.parametrize("gain", ["high", "low"])
def test_two_darks_differ_by_the_read_noise(request_with: RequestMaker, gain: str) -> None:
    frames, _ = rendered(request_with(data_type="DARK", gain=gain))
    difference = np.diff(frames.astype(np.float64), axis=0)[0]
    electrons = GAIN_ELECTRONS_PER_COUNT[gain]
    quantised = np.hypot(READ_NOISE_E, electrons / np.sqrt(12))
    assert difference[RIGHT_OVERSCAN].std() * electrons / np.sqrt(2) == pytest.approx(quantised, rel=0.01)


def test_the_mean_of_18_darks_is_quieter_by_the_root_of_18(request_with: RequestMaker) -> None:
    frames, _ = rendered(request_with(data_type="DARK", nframe=18))
    overscan = (
        frames[(slice(None), *RIGHT_OVERSCAN)].astype(np.float64)
        - detector_of(101).bias_counts[RIGHT_OVERSCAN]
    )
    overscan -= overscan.mean(axis=(1, 2), keepdims=True)
    assert overscan.mean(axis=0).std() * np.sqrt(18) == pytest.approx(overscan.std(), rel=0.01)


def test_dark_current_adds_up_and_hot_pixels_stand_out(request_with: RequestMaker) -> None:
    frames, _ = rendered(
        request_with(data_type="DARK", nframe=4, exposure_seconds=10.0, sensor_temperature_k=290.0)
    )
    mean = (frames.mean(axis=0) - detector_of(101).bias_counts) * HIGH_GAIN
    imaging = mean[IMAGING_AREA] - np.median(mean[RIGHT_OVERSCAN])
    assert dark_current_factor(290.0) == pytest.approx(5.0)
    assert np.median(imaging) == pytest.approx(0.1 * 5 * 10, abs=0.1)
    hot = detector_of(101).dark_e_per_second > 10
    assert 200 < hot.sum() < 450
    assert imaging[hot].min() > 300


def test_light_falls_on_the_imaging_area_only(request_with: RequestMaker) -> None:
    frames, _ = rendered(request_with())
    sky_e = 0.5 * sky_electrons_per_second(20.5)
    assert np.median(frames[0][IMAGING_AREA]) - BIAS_COUNTS == pytest.approx(sky_e / HIGH_GAIN, rel=0.03)
    for area in (RIGHT_OVERSCAN, UPPER_REFERENCE_ROWS):
        assert np.median(frames[0][area]) == pytest.approx(BIAS_COUNTS, abs=2)


def test_sky_noise_is_that_of_its_electrons(request_with: RequestMaker) -> None:
    frames, _ = rendered(request_with())
    difference = (
        np.diff(frames[(slice(None), *IMAGING_AREA)].astype(np.float64), axis=0)[0] * HIGH_GAIN / np.sqrt(2)
    )
    middle = 0.7413 * np.subtract(*np.percentile(difference, [75, 25]))
    sky_e = 0.5 * sky_electrons_per_second(20.5) * detector_of(101).response.mean()
    assert middle == pytest.approx(np.sqrt(sky_e + 0.05 + READ_NOISE_E**2), rel=0.02)


def test_bright_stars_are_cut_at_the_full_well(request_with: RequestMaker) -> None:
    frames, _ = rendered(request_with())
    assert frames.max() == int(BIAS_COUNTS + FULL_WELL_E / HIGH_GAIN)
    assert (frames == frames.max()).sum() > 20


def test_stars_stand_where_the_truth_says(request_with: RequestMaker) -> None:
    frames, truth = rendered(request_with(det_id=315, nframe=4))
    image = frames.mean(axis=0)[IMAGING_AREA] - np.median(frames[(slice(None), *IMAGING_AREA)])
    stars = truth.stars
    assert stars is not None
    inside = (stars.x > 20) & (stars.x < 1980) & (stars.y > 20) & (stars.y < 1108)
    chosen = [
        index
        for index in np.flatnonzero(inside & (stars.magnitude > 12.3) & (stars.magnitude < 14))
        if (np.hypot(stars.x - stars.x[index], stars.y - stars.y[index]) < 15).sum() == 1
    ]
    assert len(chosen) > 5
    offsets = []
    for index in chosen:
        x, y = round(stars.x[index]), round(stars.y[index])
        stamp = image[y - 5 : y + 6, x - 5 : x + 6]
        rows, columns = np.mgrid[-5:6, -5:6]
        offsets.append(
            (
                (stamp * columns).sum() / stamp.sum() + x - stars.x[index],
                (stamp * rows).sum() / stamp.sum() + y - stars.y[index],
            )
        )
    assert np.abs(np.median(offsets, axis=0)).max() < 0.05
    assert np.abs(offsets).max() < 0.3


def test_clouds_dim_the_stars_and_brighten_the_sky(request_with: RequestMaker) -> None:
    frames, _ = rendered(request_with(transparency=(1.0, 0.0)))
    clear, cloudy = (frame[IMAGING_AREA].astype(np.float64) for frame in frames)
    assert np.median(cloudy) > np.median(clear) + 10
    assert (clear > 3000).sum() > 10 * (cloudy > 3000).sum()


def test_no_light_comes_in_through_an_infinite_sky_magnitude(request_with: RequestMaker) -> None:
    frames, _ = rendered(request_with(nframe=1, transparency=(0.0,), sky_mag_arcsec2=float("inf")))
    assert np.median(frames[0][IMAGING_AREA]) == pytest.approx(BIAS_COUNTS, abs=2)


def test_a_flat_has_its_level_and_the_chips_structure(request_with: RequestMaker) -> None:
    frames, truth = rendered(
        request_with(data_type="FLAT", nframe=12, exposure_seconds=1.0, flat_e_per_second=3000.0)
    )
    light = (frames.mean(axis=0) - detector_of(101).bias_counts)[IMAGING_AREA] * HIGH_GAIN
    assert truth.stars is None
    assert np.median(light) == pytest.approx(3000, rel=0.03)
    assert np.corrcoef(light.ravel(), detector_of(101).response.ravel())[0, 1] > 0.8


def test_vignetting_darkens_the_outer_chips() -> None:
    centre, edge = (float(np.median(detector_of(det_id).response)) for det_id in (101, 121))
    assert centre == pytest.approx(1, abs=0.02)
    assert edge == pytest.approx(0.87, abs=0.03)


def test_an_array_of_another_shape_is_refused(request_with: RequestMaker) -> None:
    with pytest.raises(ValueError, match=r"uint16 array of shape \(2, 1200, 2160\)"):
        render_chip(request_with(), np.zeros((3, *ORIGINAL_SHAPE), dtype=np.uint16))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"det_id": 122}, "no chip with DET_ID 122"),
        ({"gain": "medium"}, "no gain 'medium'"),
        ({"transparency": (1.0,)}, "2 frames with 1 values"),
        ({"exposure_seconds": float("nan")}, "must be more than 0"),
    ],
)
def test_a_request_for_what_the_camera_has_not_is_refused(
    request_with: RequestMaker, change: dict[str, object], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        request_with(**change)
