"""The areas of a frame: sizes, and that they lie inside each other without overlap."""

import numpy as np
import pytest

from tomoe_es.camera import frame_geometry as geometry


def test_areas_have_the_instruments_sizes() -> None:
    frame = np.zeros(geometry.ORIGINAL_SHAPE)
    assert frame[geometry.RAW_AREA].shape == geometry.RAW_SHAPE == (1128, 2156)
    assert frame[geometry.IMAGING_AREA].shape == geometry.IMAGING_SHAPE == (1128, 2000)


def test_imaging_and_overscan_make_up_the_raw_frame() -> None:
    frame = np.zeros(geometry.ORIGINAL_SHAPE)
    for area in (geometry.IMAGING_AREA, geometry.LEFT_OVERSCAN, geometry.RIGHT_OVERSCAN):
        frame[area] += 1
    assert (frame[geometry.RAW_AREA] == 1).all()
    assert frame.sum() == np.prod(geometry.RAW_SHAPE)


def test_reference_rows_lie_outside_of_the_raw_frame() -> None:
    frame = np.zeros(geometry.ORIGINAL_SHAPE)
    for area in (geometry.LOWER_REFERENCE_ROWS, geometry.UPPER_REFERENCE_ROWS):
        frame[area] += 1
    assert frame.sum() == 72 * 2000
    assert not frame[geometry.RAW_AREA].any()


def test_rolling_shutter_reads_a_frame_in_half_a_second() -> None:
    assert pytest.approx(0.4977) == geometry.FRAME_READOUT_SECONDS


@pytest.mark.parametrize(("exposure_seconds", "seconds"), [(0.5, 0.5), (1.0, 1.0), (0.1, 0.4977)])
def test_frames_follow_each_other_no_faster_than_the_readout(exposure_seconds: float, seconds: float) -> None:
    assert geometry.frame_seconds(exposure_seconds) == pytest.approx(seconds)
