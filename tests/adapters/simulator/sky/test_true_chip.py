"""A truth file read back is what was true."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from adapters.simulator.sky.moving_objects import MovingObject
from adapters.simulator.sky.render import ChipRenderer
from adapters.simulator.sky.request import RenderRequest
from adapters.simulator.sky.true_chip import read_true_chip
from adapters.simulator.sky.truth import write_truth
from tomoe_es.camera.focal_plane import chip_centre

RequestMaker = Callable[..., RenderRequest]


def test_it_is_what_was_written(request_with: RequestMaker, tmp_path: Path) -> None:
    ra, dec = chip_centre(101, 19.7498, 29.7107)
    moving = MovingObject(
        name="2020 HV",
        ra_deg=ra,
        dec_deg=dec,
        epoch_us=1_733_400_000_000_000,
        rate_east_arcsec_per_second=1.0,
        rate_north_arcsec_per_second=0.0,
        magnitude=16.0,
    )
    request = request_with(movers=(moving,), transparency=(1.0, 0.7), focus_offset_mm=0.3)
    truth = ChipRenderer(request).truth()
    write_truth(tmp_path / "t.fits", truth)
    read = read_true_chip(tmp_path / "t.fits")
    assert (read.exposure_number, read.det_id, read.data_type) == (5, 101, "OBJECT")
    assert (read.ra_deg, read.dec_deg) == (request.true_ra_deg, request.true_dec_deg)
    assert list(read.transparency) == [1.0, 0.7]
    assert (read.fwhm_arcsec, read.exposure_seconds) == (truth.fwhm_arcsec, 0.5)
    assert (read.sky_mag_arcsec2, read.response) == (request.sky_mag_arcsec2, truth.response)
    assert read.movers == {"2020 HV": truth.movers}
    assert truth.stars is not None
    assert np.array_equal(read.stars.x, truth.stars.x)
    assert np.array_equal(read.stars.from_tycho2, truth.stars.from_tycho2)
    assert read.wcs.all_pix2world(1000, 500, 0) == pytest.approx(truth.wcs.all_pix2world(1000, 500, 0))


def test_without_light_there_is_no_sky(request_with: RequestMaker, tmp_path: Path) -> None:
    dark = request_with(sky_mag_arcsec2=math.inf, transparency=(0.0, 0.0))
    write_truth(tmp_path / "t.fits", ChipRenderer(dark).truth())
    assert read_true_chip(tmp_path / "t.fits").sky_mag_arcsec2 == math.inf


def test_a_chip_far_out_gets_less_light(request_with: RequestMaker, tmp_path: Path) -> None:
    for det_id, expected in ((101, 1.0), (417, 0.9)):
        write_truth(tmp_path / "t.fits", ChipRenderer(request_with(det_id=det_id)).truth())
        assert read_true_chip(tmp_path / "t.fits").response == pytest.approx(expected, abs=0.03)
