"""The stars of a chip: counts as the sky has them, the same star for every chip that sees it."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from adapters.simulator.sky.catalogue import Tycho2
from adapters.simulator.sky.field import FieldStars, faint_stars, stars_on_chip
from adapters.simulator.sky.star_counts import stars_per_square_degree
from tomoe_es.camera.focal_plane import chip_wcs
from tomoe_es.camera.frame_geometry import IMAGING_SHAPE

CHIP_SQUARE_DEGREES = IMAGING_SHAPE[0] * IMAGING_SHAPE[1] * (1.189 / 3600) ** 2


def on_imaging_area(stars: FieldStars) -> np.ndarray:
    height, width = IMAGING_SHAPE
    return (stars.x > -0.5) & (stars.x < width - 0.5) & (stars.y > -0.5) & (stars.y < height - 0.5)


@pytest.mark.parametrize("latitudes_deg", [(70, 90), (50, 60), (30, 40), (20, 25), (10, 15)])
def test_counts_to_10_mag_agree_with_the_real_sky(tycho2: Tycho2, latitudes_deg: tuple[float, float]) -> None:
    latitude = abs(SkyCoord(tycho2.ra_deg, tycho2.dec_deg, unit="deg").galactic.b.deg)
    lowest, highest = latitudes_deg
    zone = (latitude >= lowest) & (latitude < highest) & (tycho2.magnitude < 10)
    low_sine, high_sine = np.sin(np.radians(latitudes_deg))
    real = zone.sum() / (4 * np.pi * (high_sine - low_sine) * np.degrees(1) ** 2)
    middle = np.degrees(np.arcsin((low_sine + high_sine) / 2))
    model = np.mean([stars_per_square_degree(10, longitude, middle) for longitude in range(0, 360, 15)])
    assert model == pytest.approx(real, rel=0.15)


def test_counts_at_the_pole_are_those_of_the_paper_times_the_ratio() -> None:
    # Equation B1 worked by hand for b = 90, V = 20: disk 630, halo 811
    paper = 630 + 811
    assert stars_per_square_degree(20, 0, 90) == pytest.approx(
        paper * 1.95 * (1 - np.exp(-1 / 0.33)), rel=0.01
    )


def test_counts_grow_with_magnitude_and_towards_the_plane() -> None:
    magnitudes = np.arange(8, 21)
    counts = [stars_per_square_degree(magnitudes, 120, latitude) for latitude in (90, 60, 40, 20, 12)]
    assert (np.diff(counts, axis=1) > 0).all()
    assert (np.diff(counts, axis=0)[1:, 5:] > 0).all()
    assert np.array_equal(
        stars_per_square_degree(magnitudes, 120, 0), stars_per_square_degree(magnitudes, 120, 5)
    )


@pytest.mark.parametrize(("ra_deg", "dec_deg"), [(19.75, 29.71), (0.0, 0.0), (83.0, 22.0), (40.0, 89.9)])
def test_a_chip_holds_as_many_stars_as_the_counts_say(tycho2: Tycho2, ra_deg: float, dec_deg: float) -> None:
    stars = stars_on_chip(tycho2, chip_wcs(101, ra_deg, dec_deg))
    place = SkyCoord(ra_deg, dec_deg, unit="deg").galactic
    bright, faint = stars_per_square_degree([11.5, 20.5], place.l.deg, place.b.deg)
    drawn = on_imaging_area(stars) & ~stars.from_tycho2
    assert drawn.sum() == pytest.approx((faint - bright) * CHIP_SQUARE_DEGREES, rel=0.15)


def test_overlapping_dithers_see_the_same_stars(tycho2: Tycho2) -> None:
    first = stars_on_chip(tycho2, chip_wcs(101, 19.75, 29.71))
    second_wcs = chip_wcs(101, 19.75, 29.71 + 600 / 3600)
    second = stars_on_chip(tycho2, second_wcs)
    x, y = second_wcs.wcs_world2pix(first.ra_deg, first.dec_deg, 0)
    shared = on_imaging_area(first) & (x > 0) & (x < 1999) & (y > 0) & (y < 1127)
    assert shared.sum() > 300
    seen_again = set(zip(second.ra_deg, second.dec_deg, second.magnitude, strict=True))
    assert seen_again.issuperset(
        zip(first.ra_deg[shared], first.dec_deg[shared], first.magnitude[shared], strict=True)
    )


@pytest.mark.parametrize(("ra_deg", "dec_deg"), [(0.0, 45.0), (180.0, -89.95), (19.75, 29.71)])
def test_no_star_of_the_cells_around_is_left_out(tycho2: Tycho2, ra_deg: float, dec_deg: float) -> None:
    wcs = chip_wcs(201, ra_deg, dec_deg)
    stars = stars_on_chip(tycho2, wcs)
    parts, _, _ = np.histogram2d(stars.y, stars.x, bins=(4, 8), range=((0, 1128), (0, 2000)))
    assert parts.min() > parts.mean() / 3


def test_positions_follow_the_chips_wcs(tycho2: Tycho2) -> None:
    wcs = chip_wcs(315, 200.0, -5.0)
    stars = stars_on_chip(tycho2, wcs)
    ra, dec = wcs.wcs_pix2world(stars.x, stars.y, 0)
    assert ra == pytest.approx(stars.ra_deg, abs=1e-9)
    assert dec == pytest.approx(stars.dec_deg, abs=1e-9)


def test_stars_of_a_cell_lie_in_it_and_never_change() -> None:
    ra, dec, magnitude = faint_stars(240, 100)
    again = faint_stars.__wrapped__(240, 100)
    assert len(ra) > 100
    assert (dec >= 30.0).all()
    assert (dec <= 30.5).all()
    assert (magnitude >= 11.5).all()
    assert (magnitude <= 20.5).all()
    for one, other in zip((ra, dec, magnitude), again, strict=True):
        assert np.array_equal(one, other)
