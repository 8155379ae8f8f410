"""Where the sky falls on a chip: refraction as ERFA has it, distortion as it is declared."""

from __future__ import annotations

import math

import erfa
import numpy as np
import pytest

from tomoe_es.camera.field_mapping import DISTORTION, distorted_wcs, positions_deg, unit_vectors
from tomoe_es.camera.focal_plane import CHIPS, chip_wcs
from tomoe_es.camera.refraction import Air, Refraction
from tomoe_es.observatory import HEIGHT_M, LATITUDE_DEG, LONGITUDE_DEG
from tomoe_es.scheduling.sky import equatorial, julian_date, separation_arcsec

START_US = 1_700_000_000_000_000
NO_AIR = Air(pressure_hpa=0.0)
PIXELS = np.random.default_rng(1).uniform((0, 0), (1999, 1127), (50, 2))


def apart_arcsec(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.degrees(np.linalg.norm(unit_vectors(one) - unit_vectors(other), axis=1)) * 3600


def zenith_distance_deg(ra_deg: float, dec_deg: float, pressure_hpa: float) -> float:
    day, fraction = julian_date(START_US)
    place = math.radians(LONGITUDE_DEG), math.radians(LATITUDE_DEG), HEIGHT_M, 0.0, 0.0
    _, distance, *_ = erfa.atco13(
        *np.radians((ra_deg, dec_deg)), 0.0, 0.0, 0.0, 0.0, day, fraction, 0.0, *place,
        pressure_hpa, 5.0, 0.5, 0.525,
    )  # fmt: skip
    return math.degrees(distance)


def test_without_air_and_distortion_a_chip_is_ideal() -> None:
    plain = distorted_wcs(415, 100.0, 40.0, START_US, air=NO_AIR, distortion=0.0)
    ideal = chip_wcs(415, 100.0, 40.0)
    assert apart_arcsec(plain.all_pix2world(PIXELS, 0), ideal.wcs_pix2world(PIXELS, 0)).max() < 1e-4


@pytest.mark.parametrize("altitude_deg", [80.0, 45.0, 25.0])
def test_stars_are_lifted_as_erfa_says(altitude_deg: float) -> None:
    boresight = equatorial(200.0, altitude_deg, START_US)
    air = Refraction(unit_vectors(np.array([boresight]))[0], START_US, Air(886.0, 5.0))
    higher = equatorial(200.0, altitude_deg + 4.0, START_US)
    [true] = positions_deg(air.removed(unit_vectors(np.array([higher]))))
    here, there = (
        zenith_distance_deg(*place, 0.0) - zenith_distance_deg(*place, 886.0) for place in (boresight, true)
    )
    expected_arcsec = (here - there) * 3600  # what lies higher is lifted less: it seems nearer the boresight
    assert separation_arcsec(*true, *higher) == pytest.approx(abs(expected_arcsec), abs=0.02)
    assert zenith_distance_deg(*true, 0.0) < zenith_distance_deg(*higher, 0.0)


def test_the_boresight_is_not_lifted() -> None:
    boresight = unit_vectors(np.array([equatorial(90.0, 30.0, START_US)]))
    [found] = Refraction(boresight[0], START_US, Air()).removed(boresight)
    assert np.degrees(np.linalg.norm(found - boresight[0])) * 3600 < 1e-3


@pytest.mark.parametrize("det_id", [101, 110, 321])
def test_distortion_grows_with_the_third_power(det_id: int) -> None:
    middle = np.array([[999.5, 563.5]])
    seen = distorted_wcs(det_id, 50.0, 10.0, START_US, air=NO_AIR).all_pix2world(middle, 0)
    [moved] = apart_arcsec(seen, chip_wcs(det_id, 50.0, 10.0).wcs_pix2world(middle, 0))
    radius_deg = CHIPS[det_id].radius_deg
    assert moved == pytest.approx(radius_deg * 3600 * DISTORTION * (radius_deg / 4.5) ** 2, rel=1e-3)


@pytest.mark.parametrize("det_id", [101, 221, 421])
def test_second_order_is_enough_over_a_chip(det_id: int) -> None:
    place = equatorial(120.0, 35.0, START_US)
    second, fourth = (distorted_wcs(det_id, *place, START_US, order=order) for order in (2, 4))
    apart = apart_arcsec(second.all_pix2world(PIXELS, 0), fourth.all_pix2world(PIXELS, 0))
    assert apart.max() < 0.005
