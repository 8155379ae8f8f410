"""The truth file: opens as astropy tables, says what was rendered, the same bytes for the same truth."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from adapters.simulator.sky.moving_objects import MovingObject
from adapters.simulator.sky.render import ChipRenderer
from adapters.simulator.sky.request import RenderRequest
from adapters.simulator.sky.truth import read_true_wcs, write_truth
from tomoe_es.camera.focal_plane import chip_centre

RequestMaker = Callable[..., RenderRequest]


@pytest.fixture
def moving() -> MovingObject:
    ra, dec = chip_centre(101, 19.7498, 29.7107)
    return MovingObject(
        name="2020 HVF",
        ra_deg=ra,
        dec_deg=dec,
        epoch_us=1_733_400_000_000_000,
        rate_east_arcsec_per_second=1.0,
        rate_north_arcsec_per_second=0.0,
        magnitude=16.0,
    )


def test_tables_hold_the_truth(request_with: RequestMaker, moving: MovingObject, tmp_path: Path) -> None:
    request = request_with(nframe=3, transparency=(1.0, 0.9, 0.7), movers=(moving,))
    truth = ChipRenderer(request).truth()
    write_truth(tmp_path / "truth.fits", truth)

    assert truth.stars is not None
    stars = Table.read(tmp_path / "truth.fits", hdu="STARS")
    assert np.array_equal(stars["RA"], truth.stars.ra_deg)
    assert np.array_equal(stars["X"], truth.stars.x)
    assert stars["SATURATED"][stars["MAG"] < 11.5].all()
    assert not stars["SATURATED"][stars["MAG"] > 12.5].any()
    movers = Table.read(tmp_path / "truth.fits", hdu="MOVERS")
    assert list(movers["NAME"]) == ["2020 HVF"] * 3
    assert list(movers["TIME_US"]) == [place.time_us for place in truth.movers]
    frames = Table.read(tmp_path / "truth.fits", hdu="FRAMES")
    assert list(frames["TRANSPARENCY"]) == [1.0, 0.9, 0.7]
    assert list(np.diff(frames["START_US"])) == [500_000, 500_000]

    header = fits.getheader(tmp_path / "truth.fits")
    assert (header["EXP_ID"], header["DET_ID"], header["DATA-TYP"]) == (5, 101, "OBJECT")
    x, y = read_true_wcs(tmp_path / "truth.fits").all_world2pix(stars["RA"], stars["DEC"], 0, tolerance=1e-6)
    assert x == pytest.approx(stars["X"], abs=1e-5)
    assert y == pytest.approx(stars["Y"], abs=1e-5)


def test_a_dark_has_no_stars_and_no_movers(
    request_with: RequestMaker, moving: MovingObject, tmp_path: Path
) -> None:
    write_truth(tmp_path / "t.fits", ChipRenderer(request_with(data_type="DARK", movers=(moving,))).truth())
    assert len(Table.read(tmp_path / "t.fits", hdu="STARS")) == 0
    assert len(Table.read(tmp_path / "t.fits", hdu="MOVERS")) == 0


def test_the_same_truth_gives_the_same_bytes(request_with: RequestMaker, tmp_path: Path) -> None:
    for name in ("one.fits", "other.fits", "one.fits"):
        write_truth(tmp_path / name, ChipRenderer(request_with()).truth())
    assert (tmp_path / "one.fits").read_bytes() == (tmp_path / "other.fits").read_bytes()
