"""The weather of a simulated night."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.simulator.script import load_script
from adapters.simulator.weather import Spell, Weather
from tomoe_es.clock import DAY, HOUR, MINUTE, SECOND
from tomoe_es.night import night_span

NIGHT = "2023-12-12"
NOON, _ = night_span(NIGHT)
TIMES = st.integers(NOON, NOON + DAY - 1)


def spell(kind: str, begin_hour: float, end_hour: float, strength: float = 1.0) -> Spell:
    return Spell(
        kind=kind,  # type: ignore[arg-type]
        from_us=NOON + round(begin_hour * HOUR),
        to_us=NOON + round(end_hour * HOUR),
        strength=strength,
    )


@given(TIMES)
def test_a_clear_night_is_calm_dry_cold_above_and_wholly_transparent(time_us: int) -> None:
    weather = Weather([], NIGHT, seed=1)
    reading = weather.reading(time_us)
    assert weather.transparency(time_us) == 1.0
    assert not reading.rain
    assert reading.wind_speed_m_s < 3
    assert 40 < reading.humidity_percent < 80
    assert reading.sky_temperature_c - reading.temperature_c == pytest.approx(-35, abs=0.6)


def test_the_night_grows_colder_until_dawn_and_winter_is_colder_than_summer() -> None:
    weather = Weather([], NIGHT, seed=1)
    hourly = [weather.reading(NOON + hour * HOUR).temperature_c for hour in range(2, 18)]
    assert all(after < before for before, after in itertools.pairwise(hourly))
    assert hourly[0] - hourly[-1] == pytest.approx(7.8, abs=0.7)
    summer_noon, _ = night_span("2023-08-03")
    assert Weather([], "2023-08-03", seed=1).temperature_c(summer_noon) > hourly[0] + 15


def test_clouds_come_and_go_within_five_minutes() -> None:
    weather = Weather([spell("clouds", 8, 9)], NIGHT, seed=1)
    start = NOON + 8 * HOUR
    assert weather.transparency(start) == 1.0
    assert 0.5 < weather.transparency(start + MINUTE) < 1.0
    assert weather.transparency(start + 5 * MINUTE) < 0.1
    assert weather.transparency(start + HOUR - 5 * MINUTE) < 0.1
    assert weather.transparency(start + HOUR) == 1.0


@given(TIMES, st.floats(0.05, 1.0))
def test_transparency_and_sky_temperature_tell_the_same_cloud(time_us: int, strength: float) -> None:
    weather = Weather([spell("clouds", 0, 24, strength)], NIGHT, seed=3)
    reading, cover = weather.reading(time_us), weather.cloud_cover(time_us)
    assert 0 <= cover <= 1
    assert weather.transparency(time_us) == pytest.approx(10 ** (-0.4 * 10 * cover**2))
    assert reading.sky_temperature_c - reading.temperature_c == pytest.approx(-35 + 32 * cover, abs=0.55)


def test_rain_is_overcast_and_wet_while_it_lasts() -> None:
    weather = Weather([spell("rain", 8, 9)], NIGHT, seed=1)
    during = weather.reading(NOON + round(8.5 * HOUR))
    assert during.rain
    assert during.humidity_percent > 90
    assert weather.transparency(NOON + round(8.5 * HOUR)) < 0.03
    assert not weather.reading(NOON + 8 * HOUR).rain
    assert weather.reading(NOON + 8 * HOUR + SECOND).rain
    assert not weather.reading(NOON + 9 * HOUR).rain


@pytest.mark.parametrize(("strength", "lowest", "highest"), [(1.0, 16, 24), (0.5, 8.8, 13.2)])
def test_wind_blows_with_its_strength_and_gusts(strength: float, lowest: float, highest: float) -> None:
    weather = Weather([spell("wind", 8, 10, strength)], NIGHT, seed=1)
    speeds = [
        weather.reading(NOON + 8 * HOUR + number * 10 * SECOND).wind_speed_m_s for number in range(60, 600)
    ]
    assert lowest <= min(speeds) < max(speeds) <= highest
    assert weather.transparency(NOON + 9 * HOUR) == 1.0


def test_a_clear_spell_takes_away_what_is_listed_before_it() -> None:
    before = [spell("clouds", 6, 12), spell("rain", 6, 12), spell("wind", 6, 12)]
    weather = Weather([*before, spell("clear", 8, 9)], NIGHT, seed=1)
    middle = NOON + round(8.5 * HOUR)
    assert weather.reading(middle) == Weather([], NIGHT, seed=1).reading(middle)
    assert weather.reading(NOON + 10 * HOUR).rain
    listed_first = Weather([spell("clear", 8, 9), *before], NIGHT, seed=1)
    assert listed_first.reading(middle).rain


def test_the_same_seed_gives_the_same_weather_and_another_seed_another() -> None:
    times = range(NOON, NOON + DAY, HOUR)
    spells = load_script("clouds", NIGHT).weather
    one, again, other = (Weather(spells, NIGHT, seed) for seed in (1, 1, 2))
    assert [one.reading(time) for time in times] == [again.reading(time) for time in reversed(times)][::-1]
    assert [one.reading(time) for time in times] != [other.reading(time) for time in times]
