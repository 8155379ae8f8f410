"""Sun and Moon against astropy, which computes them in another way, at the observatory."""

from __future__ import annotations

import pytest
from astropy.coordinates import EarthLocation, get_body
from astropy.time import Time
from astropy.utils import iers

from tomoe_es.clock import HOUR, MINUTE, to_datetime
from tomoe_es.night import night_span
from tomoe_es.observatory import HEIGHT_M, LATITUDE_DEG, LONGITUDE_DEG
from tomoe_es.scheduling.sky import sun_altitude, sun_position
from tomoe_es.scheduling.sun_and_moon import (
    moon_separation_deg,
    sun_altitude_deg,
    sun_is_up,
    sun_separation_deg,
)

TIMES = [
    night_span(night)[0] + hours * HOUR for night in ("2022-06-14", "2023-12-12") for hours in (1, 9, 20)
]


def place(body: str, time_us: int) -> tuple[float, float]:
    """ICRS direction of a body as the observatory sees it."""
    site = EarthLocation.from_geodetic(LONGITUDE_DEG, LATITUDE_DEG, HEIGHT_M)
    with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("auto_max_age", None):
        seen = get_body(body, Time(to_datetime(time_us)), site)
    return float(seen.ra.deg), float(seen.dec.deg)


@pytest.mark.parametrize("time_us", TIMES)
def test_the_moon_is_where_astropy_has_it(time_us: int) -> None:
    assert moon_separation_deg(*place("moon", time_us), time_us) < 0.05


@pytest.mark.parametrize("time_us", TIMES)
def test_the_sun_is_where_astropy_has_it(time_us: int) -> None:
    ra_deg, dec_deg = place("sun", time_us)
    assert sun_separation_deg(ra_deg, dec_deg, time_us) < 0.05
    opposite = sun_separation_deg((ra_deg + 180.0) % 360.0, -dec_deg, time_us)
    assert opposite == pytest.approx(180.0, abs=0.05)


@pytest.mark.parametrize("time_us", TIMES)
def test_within_a_minute_the_altitude_is_good_to_a_quarter_of_a_degree(time_us: int) -> None:
    moment = time_us + MINUTE - 1
    assert sun_altitude_deg(moment) == pytest.approx(sun_altitude(moment), abs=0.26)


@pytest.mark.parametrize("minutes", [0, 17, 30, 59])
@pytest.mark.parametrize("time_us", TIMES)
def test_between_two_hours_the_sun_is_where_it_is_computed_to_be(time_us: int, minutes: int) -> None:
    moment = time_us + minutes * MINUTE
    ra_deg, dec_deg = sun_position(moment)
    assert sun_separation_deg(ra_deg, dec_deg - 1.0, moment) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("night", ["2022-06-14", "2023-12-12"])
def test_the_sun_is_up_when_its_altitude_says_so(night: str) -> None:
    start, end = night_span(night)
    for moment in range(start, end, 4 * MINUTE):
        assert sun_is_up(moment) == (sun_altitude_deg(moment) > 0.0)
