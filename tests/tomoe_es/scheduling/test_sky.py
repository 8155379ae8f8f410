"""Where things are in the sky: laws of the sphere, and values that are known."""

from __future__ import annotations

import pytest
from astropy.coordinates import AltAz, EarthLocation, SkyCoord, get_sun
from astropy.time import Time
from astropy.utils import iers
from hypothesis import given
from hypothesis import strategies as st

from tomoe_es.clock import HOUR
from tomoe_es.observatory import HEIGHT_M, LATITUDE_DEG, LONGITUDE_DEG
from tomoe_es.scheduling.sky import equatorial, horizontal, offset, separation_arcsec, sun_altitude

NOW = 1_702_382_400_000_000  # 2023-12-12T12:00:00
times = st.integers(min_value=1_577_836_800_000_000, max_value=2_208_988_800_000_000)  # 2020 to 2040


@given(azimuth=st.floats(0.0, 359.999), altitude=st.floats(1.0, 89.0), time=times)
def test_equatorial_is_the_inverse_of_horizontal(azimuth: float, altitude: float, time: int) -> None:
    ra, dec = equatorial(azimuth, altitude, time)

    back = horizontal(ra, dec, time)

    assert 0.0 <= ra < 360.0
    assert back.altitude_deg == pytest.approx(altitude, abs=1e-6)
    assert (back.azimuth_deg - azimuth + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=1e-4)


@given(times)
def test_the_pole_stands_at_the_latitude(time: int) -> None:
    # Precession moves the ICRS pole off the pole of date by at most 0.25 degrees in these years.
    pole = horizontal(0.0, 90.0, time)

    assert pole.altitude_deg == pytest.approx(LATITUDE_DEG, abs=0.25)
    assert (pole.azimuth_deg + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.35)


@given(
    ra=st.floats(0.0, 359.9),
    dec=st.floats(-80.0, 80.0),
    east=st.floats(-7200, 7200),
    north=st.floats(-7200, 7200),
)
def test_an_offset_is_as_far_as_it_says(ra: float, dec: float, east: float, north: float) -> None:
    moved = offset(ra, dec, east, north)

    distance = (east**2 + north**2) ** 0.5
    # An arc is a little shorter than its tangent.
    assert separation_arcsec(ra, dec, *moved) == pytest.approx(distance, rel=1e-3, abs=1e-6)


def test_it_agrees_with_astropy() -> None:
    with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("auto_max_age", None):
        kiso = EarthLocation.from_geodetic(LONGITUDE_DEG, LATITUDE_DEG, HEIGHT_M)
        frame = AltAz(obstime=Time(NOW / 1e6, format="unix"), location=kiso)
        star = SkyCoord(19.7498221, 29.7107127, unit="deg").transform_to(frame)
        sun = get_sun(frame.obstime).transform_to(frame)

    direction = horizontal(19.7498221, 29.7107127, NOW)
    assert direction.azimuth_deg == pytest.approx(star.az.deg, abs=0.02)
    assert direction.altitude_deg == pytest.approx(star.alt.deg, abs=0.005)
    assert sun_altitude(NOW) == pytest.approx(sun.alt.deg, abs=0.01)


def test_east_is_towards_larger_right_ascension() -> None:
    assert offset(10.0, 0.0, 3600.0, 0.0)[0] == pytest.approx(11.0, abs=1e-3)
    assert offset(10.0, 0.0, 0.0, 3600.0)[1] == pytest.approx(1.0, abs=1e-3)


def test_the_sun_is_down_at_night_and_up_by_day() -> None:
    assert sun_altitude(NOW) < -40.0  # 21:00 at Kiso
    assert sun_altitude(NOW - 9 * HOUR) == pytest.approx(90.0 - LATITUDE_DEG - 23.1, abs=0.5)  # noon


def test_a_year_beyond_the_leap_second_table_is_no_warning() -> None:
    assert -90.0 < sun_altitude(4_000_000_000_000_000) < 90.0
