"""The chip map: its numbers, its gaps, its page in the docs, and where each chip looks."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from tomoe_es.camera.focal_plane import CHIPS, FIELD_RADIUS_DEG, chip_centre, chip_wcs, chips_for
from tomoe_es.camera.frame_geometry import IMAGING_SHAPE, PIXEL_SCALE_ARCSEC

HALF_WIDTH_DEG = IMAGING_SHAPE[1] * PIXEL_SCALE_ARCSEC / 7200
HALF_HEIGHT_DEG = IMAGING_SHAPE[0] * PIXEL_SCALE_ARCSEC / 7200
CHIP_MAP_PAGE = Path(__file__).parents[3] / "docs" / "reference" / "chip-map.md"


def test_four_quadrants_of_21_chips_numbered_by_det_id() -> None:
    assert list(CHIPS) == [100 * quadrant + chip for quadrant in range(1, 5) for chip in range(1, 22)]
    assert all(chip.det_id == det_id for det_id, chip in CHIPS.items())


def test_chip_field_is_the_instruments() -> None:
    assert pytest.approx(39.7, abs=0.1) == 120 * HALF_WIDTH_DEG
    assert pytest.approx(22.4, abs=0.1) == 120 * HALF_HEIGHT_DEG
    assert pytest.approx(20.7, abs=0.1) == 84 * 4 * HALF_WIDTH_DEG * HALF_HEIGHT_DEG


def test_chips_do_not_overlap_and_lie_within_the_field() -> None:
    chips = list(CHIPS.values())
    for index, one in enumerate(chips):
        corner = math.hypot(abs(one.xi_deg) + HALF_WIDTH_DEG, abs(one.eta_deg) + HALF_HEIGHT_DEG)
        assert corner < FIELD_RADIUS_DEG
        for other in chips[index + 1 :]:
            assert (
                abs(one.xi_deg - other.xi_deg) > 2 * HALF_WIDTH_DEG
                or abs(one.eta_deg - other.eta_deg) > 2 * HALF_HEIGHT_DEG
            )


def test_four_dithers_fill_the_inner_field_but_for_the_documented_strip() -> None:
    x, y = np.meshgrid(np.linspace(-1.5, 1.5, 301), np.linspace(-1.533, 1.533, 461))
    seen = np.zeros(x.shape, dtype=bool)
    for dx, dy in ((0, 0), (0, 1440), (-1980, 1440), (-1980, 0)):
        for chip in CHIPS.values():
            seen |= (abs(x - chip.xi_deg - dx / 3600) <= HALF_WIDTH_DEG) & (
                abs(y - chip.eta_deg - dy / 3600) <= HALF_HEIGHT_DEG
            )
    assert seen.mean() == pytest.approx(1 - 1.65 / 46, abs=0.005)


@pytest.mark.parametrize(("ra_deg", "dec_deg"), [(19.75, 29.71), (0.0, 0.0), (300.0, 88.0)])
def test_chips_lie_where_the_map_says(ra_deg: float, dec_deg: float) -> None:
    boresight = SkyCoord(ra_deg, dec_deg, unit="deg")
    for det_id, chip in CHIPS.items():
        centre = SkyCoord(*chip_centre(det_id, ra_deg, dec_deg), unit="deg")
        middle = chip_wcs(det_id, ra_deg, dec_deg).wcs_pix2world(999.5, 563.5, 0)
        assert boresight.separation(centre).deg == pytest.approx(chip.radius_deg, abs=1e-9)
        east_of_north = math.degrees(math.atan2(chip.xi_deg, chip.eta_deg)) % 360
        assert boresight.position_angle(centre).deg == pytest.approx(east_of_north, abs=1e-7)
        assert centre.separation(SkyCoord(*middle, unit="deg")).arcsec < 1e-6


@pytest.mark.parametrize("dec_deg", [0.0, 29.71, 75.0])
def test_chips_stay_parallel_at_any_declination(dec_deg: float) -> None:
    plane = SkyCoord(100.0, dec_deg, unit="deg").skyoffset_frame()
    for det_id in CHIPS:
        corners = chip_wcs(det_id, 100.0, dec_deg).wcs_pix2world([0, 1999, 1999, 0], [0, 0, 1127, 1127], 0)
        on_plane = SkyCoord(*corners, unit="deg").transform_to(plane)
        x, y = on_plane.lon.wrap_at("180d").deg, on_plane.lat.deg
        assert abs(y[1] - y[0]) < 0.003
        assert abs(x[2] - x[1]) < 0.003


@pytest.mark.parametrize(("det_id", "north_is_up"), [(101, True), (221, True), (301, False), (410, False)])
def test_southern_chips_are_turned_by_180_degrees(det_id: int, north_is_up: bool) -> None:
    wcs = chip_wcs(det_id, 180.0, 0.0)
    (_, right_ra, _), (_, _, upper_dec) = (
        wcs.wcs_pix2world([0, 100, 0], [0, 0, 100], 0)[axis] - wcs.wcs_pix2world(0, 0, 0)[axis]
        for axis in (0, 1)
    )
    assert (upper_dec > 0) == north_is_up
    assert (right_ra < 0) == north_is_up


def test_pixel_scale_of_every_chip() -> None:
    for det_id in CHIPS:
        middle, beside = np.transpose(
            chip_wcs(det_id, 10.0, 35.0).wcs_pix2world([999.5, 1049.5], [563.5] * 2, 0)
        )
        arcsec = SkyCoord(*middle, unit="deg").separation(SkyCoord(*beside, unit="deg")).arcsec
        assert arcsec / 50 == pytest.approx(PIXEL_SCALE_ARCSEC, rel=1e-6)


def test_chips_for_a_count_are_the_nearest_the_boresight() -> None:
    assert chips_for(2) == (101, 201)
    assert chips_for(4) == (101, 201, 301, 401)
    assert sorted(chips_for(84)) == list(CHIPS)
    chosen = chips_for(20)
    farthest = max(CHIPS[det_id].radius_deg for det_id in chosen)
    assert all(chip.radius_deg >= farthest - 1e-9 for chip in CHIPS.values() if chip.det_id not in chosen)


@pytest.mark.parametrize("count", [0, 85])
def test_a_count_of_chips_that_does_not_exist_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="the camera has 1 to 84"):
        chips_for(count)


def test_the_docs_page_draws_this_map() -> None:
    drawing = CHIP_MAP_PAGE.read_text(encoding="utf-8").split("```")[1]
    header, *rows = [line for line in drawing.strip("\n").splitlines() if "+" not in line]
    ends = [(match.end(), float(match.group())) for match in re.finditer(r"-?\d+\.\d+", header)]
    drawn = {}
    for row in rows:
        eta, *numbers = re.finditer(r"-?\d+(\.\d+)?", row)
        for number in numbers:
            _, xi = min((abs(end - number.end()), xi) for end, xi in ends)
            drawn[int(number.group())] = (xi, float(eta.group()))
    assert drawn == {
        det_id: (round(60 * chip.xi_deg, 2), round(60 * chip.eta_deg, 1)) for det_id, chip in CHIPS.items()
    }
