"""What changes from frame to frame: moving objects of known track, and cosmic rays."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord

from adapters.simulator.sky.cosmic_rays import CHIP_AREA_CM2, CosmicRay, cosmic_rays, track
from adapters.simulator.sky.moving_objects import MovingObject, place_in_frame, position_at, trail
from adapters.simulator.sky.photometry import SEEING_FWHM_ARCSEC
from adapters.simulator.sky.psf import MoffatPsf
from adapters.simulator.sky.render import render_chip, true_wcs
from adapters.simulator.sky.request import RenderRequest
from tomoe_es.camera.focal_plane import chip_centre, chip_wcs
from tomoe_es.camera.frame_geometry import IMAGING_AREA, LINE_READOUT_SECONDS, ORIGINAL_SHAPE

RequestMaker = Callable[..., RenderRequest]
START_US = 1_733_400_000_000_000


def mover(
    ra_deg: float, dec_deg: float, east: float = 0, north: float = 0, magnitude: float = 15
) -> MovingObject:
    return MovingObject(
        name="2019 CXX",
        ra_deg=ra_deg,
        dec_deg=dec_deg,
        epoch_us=START_US,
        rate_east_arcsec_per_second=east,
        rate_north_arcsec_per_second=north,
        magnitude=magnitude,
    )


@pytest.mark.parametrize(("ra_deg", "dec_deg"), [(10.0, 0.0), (359.9, 60.0), (200.0, -85.0)])
def test_a_track_is_a_great_circle_at_the_given_rate(ra_deg: float, dec_deg: float) -> None:
    moving = mover(ra_deg, dec_deg, east=3.0, north=-4.0)
    start = SkyCoord(ra_deg, dec_deg, unit="deg")
    expected = start.directional_offset_by(np.arctan2(3, -4) * u.rad, 5.0 * 3600 * u.arcsec)
    ra, dec = position_at(moving, START_US + 3600 * 1_000_000)
    assert expected.separation(SkyCoord(ra, dec, unit="deg")).arcsec < 1e-3


def test_an_object_at_rest_stays() -> None:
    assert position_at(mover(10.0, 20.0), START_US + 10**10) == (10.0, 20.0)


def test_its_time_is_that_of_the_row_it_falls_on() -> None:
    wcs = chip_wcs(101, 10.0, 20.0)
    ra, dec = (float(value) for value in wcs.wcs_pix2world(1000, 800, 0))
    place = place_in_frame(mover(ra, dec, north=2.0), wcs, 3, START_US, 0.5)
    assert place is not None
    assert place.time_us == pytest.approx(
        START_US + 250_000 + (36 + 800) * LINE_READOUT_SECONDS * 1e6, abs=500
    )


@pytest.mark.parametrize("north", [190.0, -190.0])
def test_the_time_of_a_fast_one_is_that_of_the_row_where_it_then_is(north: float) -> None:
    wcs = chip_wcs(101, 10.0, 20.0)
    ra, dec = (float(value) for value in wcs.wcs_pix2world(1000, 500, 0))
    moving = mover(ra, dec, north=north)
    place = place_in_frame(moving, wcs, 0, START_US, 0.5)
    assert place is not None
    assert abs(place.y - 500) > 30
    row = 36 + place.y
    assert place.time_us == pytest.approx(START_US + 250_000 + row * LINE_READOUT_SECONDS * 1e6, abs=2)
    patch = trail(moving, place, wcs, 0.5, 1000.0, MoffatPsf.of_fwhm_arcsec(SEEING_FWHM_ARCSEC))
    rows = np.mgrid[patch.area][0]
    assert (patch.electrons * rows).sum() / patch.electrons.sum() == pytest.approx(place.y, abs=0.1)
    # It is exposed while its row is: for longer by the rows that it passes, if it moves up them.
    up_the_rows = np.sign(place.y - 500) * 190 / 1.189 * LINE_READOUT_SECONDS
    assert patch.electrons.sum() == pytest.approx(1000 / (1 - up_the_rows), rel=0.01)


@pytest.mark.parametrize(("ra_offset", "dec_deg"), [(3.0, 20.0), (180.0, -20.0), (90.0, 0.0)])
def test_an_object_elsewhere_is_not_on_the_chip(ra_offset: float, dec_deg: float) -> None:
    wcs = chip_wcs(101, 10.0, 20.0)
    assert place_in_frame(mover(10.0 + ra_offset, dec_deg), wcs, 0, START_US, 0.5) is None


def test_light_is_spread_over_the_motion_of_one_exposure() -> None:
    wcs = chip_wcs(101, 10.0, 20.0)
    ra, dec = (float(value) for value in wcs.wcs_pix2world(1000, 500, 0))
    moving = mover(ra, dec, east=-20 * 1.189)
    place = place_in_frame(moving, wcs, 0, START_US, 0.5)
    assert place is not None
    patch = trail(moving, place, wcs, 0.5, 1000.0, MoffatPsf.of_fwhm_arcsec(SEEING_FWHM_ARCSEC))
    part = patch.electrons / patch.electrons.sum()
    rows, columns = np.mgrid[patch.area]
    x, y = (part * columns).sum(), (part * rows).sum()
    along, across = (part * (columns - x) ** 2).sum(), (part * (rows - y) ** 2).sum()
    assert patch.electrons.sum() == pytest.approx(1000, rel=0.02)
    assert (x, y) == pytest.approx((place.x, place.y), abs=0.05)
    assert along - across == pytest.approx(10**2 / 12, rel=0.1)


def test_a_star_of_18_5_mag_has_5_sigma_in_half_a_second(request_with: RequestMaker) -> None:
    wcs = true_wcs(request_with())
    columns, rows = (
        grid.ravel() for grid in np.meshgrid(np.arange(100, 1900, 200), np.arange(100, 1100, 200))
    )
    places = wcs.all_pix2world(columns, rows, 0)
    objects = tuple(
        mover(float(at_ra), float(at_dec), magnitude=18.5) for at_ra, at_dec in zip(*places, strict=True)
    )
    with_objects, without = (np.empty((12, *ORIGINAL_SHAPE), dtype=np.uint16) for _ in range(2))
    render_chip(request_with(nframe=12, movers=objects), with_objects)
    render_chip(request_with(nframe=12), without)

    psf = MoffatPsf.of_fwhm_arcsec(SEEING_FWHM_ARCSEC)
    weight = np.zeros((31, 31), dtype=np.float32)
    psf.add_stars(weight, np.array([15.0]), np.array([15.0]), np.array([1.0]))
    area = (slice(None), *IMAGING_AREA)

    def fluxes(frames: np.ndarray) -> np.ndarray:
        stamps = [
            frames[area][:, y - 15 : y + 16, x - 15 : x + 16] for x, y in zip(columns, rows, strict=True)
        ]
        return np.array([(stamp * weight).sum(axis=(1, 2)) for stamp in stamps])

    signal = np.median(fluxes(with_objects) - fluxes(without))
    noise = np.median(fluxes(with_objects).std(axis=1, ddof=1))
    assert signal / noise == pytest.approx(5.0, rel=0.1)


def test_truth_names_every_place_of_a_mover(request_with: RequestMaker) -> None:
    ra, dec = chip_centre(101, 19.7498, 29.7107)
    moving = mover(ra, dec, east=8.0, north=3.0, magnitude=12.5)
    frames = np.empty((6, *ORIGINAL_SHAPE), dtype=np.uint16)
    truth = render_chip(request_with(nframe=6, movers=(moving,)), frames)
    assert [place.frame for place in truth.movers] == list(range(6))
    fixed = np.median(frames, axis=0)
    for place in truth.movers:
        difference = (frames[place.frame] - fixed)[IMAGING_AREA]
        y, x = np.unravel_index(np.argmax(difference), difference.shape)
        assert np.hypot(x - place.x, y - place.y) < 4


@pytest.mark.parametrize(("x", "y"), [(-1.5, 500.0), (2001.0, 500.0), (1000.0, -1.5), (1000.0, 1129.0)])
def test_an_object_beside_the_chip_throws_light_on_it_and_is_not_on_it(
    request_with: RequestMaker, x: float, y: float
) -> None:
    request = request_with(nframe=1)
    ra, dec = (float(each) for each in true_wcs(request).all_pix2world(x, y, 0))
    frames = np.empty((2, 1, *ORIGINAL_SHAPE), dtype=np.uint16)
    render_chip(request, frames[0])
    beside = mover(ra, dec, magnitude=12.5)
    truth = render_chip(request_with(nframe=1, movers=(beside,)), frames[1])
    assert truth.movers == ()
    light = (frames[1].astype(float) - frames[0])[0][IMAGING_AREA]
    row, column = np.unravel_index(np.argmax(light), light.shape)
    assert np.hypot(column - x, row - y) < 5
    assert light.max() > 100


@pytest.mark.parametrize(("x", "y"), [(-20.0, 500.0), (2019.0, 500.0)])
def test_a_streak_whose_middle_is_beside_the_chip_leaves_what_of_it_is_on_it(x: float, y: float) -> None:
    """20 of its 80 pixels."""
    wcs = chip_wcs(101, 10.0, 20.0)
    ra, dec = (float(value) for value in wcs.wcs_pix2world(x, y, 0))
    epoch_us = START_US + round(250_000 + (36 + y) * LINE_READOUT_SECONDS * 1e6)
    leaving = msgspec.structs.replace(mover(ra, dec, east=160 * 1.189), epoch_us=epoch_us)
    place = place_in_frame(leaving, wcs, 0, START_US, 0.5)
    assert place is not None
    assert not place.is_on_imaging_area
    patch = trail(leaving, place, wcs, 0.5, 1000.0, MoffatPsf.of_fwhm_arcsec(SEEING_FWHM_ARCSEC))
    assert patch.electrons.sum() == pytest.approx(250, rel=0.05)
    assert patch.electrons.shape[1] < 40, "only what is on the chip is drawn"


@pytest.mark.parametrize(("x", "y"), [(-60.0, 500.0), (1000.0, 1128.0 + 30), (2030.0, -30.0)])
def test_a_streak_that_passes_beside_the_chip_throws_no_light_on_it(x: float, y: float) -> None:
    wcs = chip_wcs(101, 10.0, 20.0)
    ra, dec = (float(value) for value in wcs.wcs_pix2world(x, y, 0))
    epoch_us = START_US + round(250_000 + (36 + y) * LINE_READOUT_SECONDS * 1e6)
    passing = msgspec.structs.replace(mover(ra, dec, east=160 * 1.189), epoch_us=epoch_us)
    assert place_in_frame(passing, wcs, 0, START_US, 0.5) is None


def test_cosmic_rays_come_at_the_rate_of_muons() -> None:
    random = np.random.default_rng(3)
    rays = [ray for frame in range(2000) for ray in cosmic_rays(random, frame, 5.0)]
    assert len(rays) == pytest.approx(2000 * 5.0 * CHIP_AREA_CM2 / 60, rel=0.1)


def test_a_track_keeps_its_charge_on_the_chip_and_loses_the_rest() -> None:
    inside = CosmicRay(frame=0, x=500, y=300, angle_deg=30, length_pixels=20, electrons=9000)
    patch = track(inside)
    assert patch.electrons.sum() == pytest.approx(9000)
    assert (patch.x0, patch.y0) == (500, 300)
    leaving = track(CosmicRay(frame=0, x=1998, y=1126, angle_deg=45, length_pixels=20, electrons=9000))
    assert 0 < leaving.electrons.sum() < 3000
    assert (leaving.area[0].stop, leaving.area[1].stop) == (1128, 2000)
