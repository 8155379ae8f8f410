"""Each quality check passes what is good, and stops what is not with a reason a person understands."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.simulator.sky.photometry import zero_point_mag
from tomoe_es.reduction import checks
from tomoe_es.reduction.checks import Measurements, all_checks, expected_noise_counts, judge
from tomoe_es.reduction.clear_sky import CLEAR_ZERO_POINT_MAG

GAIN = 0.23

SCIENCE = Measurements(
    data_type="OBJECT",
    gain_e_per_count=GAIN,
    time_departure_seconds=0.0,
    same_field=True,
    level_counts=180.0,
    noise=28.7,
    expected_noise=expected_noise_counts(180.0, GAIN),
    lost_fraction=0.0,
    saturated_fraction=2e-5,
    sky_unevenness=0.03,
    dark_warmer_k=0.3,
    offset_arcsec=60.0,
    astrometry_stars=7,
    fwhm_arcsec=3.5,
    ellipticity=0.03,
    zero_point_scatter_mag=0.05,
    extinction_mag=0.1,
)
DARK = Measurements(
    data_type="DARK",
    gain_e_per_count=GAIN,
    time_departure_seconds=0.0,
    same_field=True,
    level_counts=2.0,
    noise=8.3,
    expected_noise=expected_noise_counts(0.0, GAIN),
    lost_fraction=0.0,
    bad_fraction=0.0003,
)
FLAT = Measurements(
    data_type="FLAT",
    gain_e_per_count=GAIN,
    time_departure_seconds=0.0,
    same_field=True,
    level_counts=15000.0,
    faintest_counts=13000.0,
    noise=0.018,
    expected_noise=expected_noise_counts(13000.0, GAIN) / 13000.0,
    lost_fraction=0.0,
    bad_fraction=0.0003,
)

BAD: list[tuple[str, Measurements, dict[str, Any], str]] = [
    ("counts", SCIENCE, {"level_counts": 27000.0}, "the whole field is saturated"),
    ("counts", DARK, {"level_counts": 500.0}, "light came in"),
    ("counts", FLAT, {"level_counts": 27000.0}, "the whole field is saturated"),
    ("light", FLAT, {"faintest_counts": 100.0}, "too dark for a flat"),
    ("noise", SCIENCE, {"noise": 52.0}, "frames were lost"),
    ("noise", DARK, {"noise": 20.0}, "frames were lost"),
    ("noise", FLAT, {"noise": 0.05}, "frames were lost"),
    ("readout", DARK, {"noise": 4.0}, "it or its readout is dead"),
    ("frames", SCIENCE, {"lost_fraction": 0.001}, "lines are empty or repeat"),
    ("frames", DARK, {"lost_fraction": 0.001}, "lines are empty or repeat"),
    ("frames", FLAT, {"lost_fraction": 0.001}, "lines are empty or repeat"),
    ("saturation", SCIENCE, {"saturated_fraction": 0.2}, "too many pixels are full"),
    ("uneven", SCIENCE, {"sky_unevenness": 0.8}, "sees less of the sky"),
    ("time", SCIENCE, {"time_departure_seconds": 0.001}, "sensor or the database"),
    ("coordinates", SCIENCE, {"same_field": False}, "different chips or pointings"),
    ("pointing", SCIENCE, {"offset_arcsec": 600.0}, "isn't where the mount says"),
    (
        "astrometry",
        SCIENCE,
        {"astrometry_stars": 0, "astrometry_failure": "3 sources: probably cloudy"},
        "no astrometric solution: 3 sources: probably cloudy",
    ),
    ("psf", SCIENCE, {"fwhm_arcsec": 9.0}, "focus and seeing"),
    ("ellipticity", SCIENCE, {"ellipticity": 0.6}, "trailed"),
    ("zeropoint", SCIENCE, {"zero_point_scatter_mag": 0.5}, "stars disagree"),
    ("cloud", SCIENCE, {"extinction_mag": 2.0}, "probably cloudy"),
    ("temperature", SCIENCE, {"dark_warmer_k": -4.0}, "take a new one"),
    ("badpixels", DARK, {"bad_fraction": 0.2}, "too many bad pixels"),
    ("badpixels", FLAT, {"bad_fraction": 0.2}, "too many bad pixels"),
]


@pytest.mark.parametrize("good", [SCIENCE, DARK, FLAT], ids=lambda each: each.data_type)
def test_good_data_passes_every_check_that_applies_without_a_word(good: Measurements) -> None:
    verdicts = judge(good)
    assert {each.check for each in verdicts} == {
        check.name for check in all_checks() if good.data_type in check.data_types
    }
    assert all(each.passed and each.reason == "" for each in verdicts)


@pytest.mark.parametrize(
    ("name", "good", "change", "meaning"), BAD, ids=[f"{bad[1].data_type} {bad[0]}" for bad in BAD]
)
def test_bad_data_fails_one_check_that_says_what_it_means(
    name: str, good: Measurements, change: dict[str, Any], meaning: str
) -> None:
    [failed] = [each for each in judge(msgspec.structs.replace(good, **change)) if not each.passed]
    assert failed.check == name
    assert meaning in failed.reason
    assert f"{failed.limit:.6g}" in failed.reason


def test_every_check_is_shown_to_stop_something() -> None:
    shown = {(name, good.data_type) for name, good, _, _ in BAD}
    for check in all_checks():
        assert any((check.name, data_type) in shown for data_type in check.data_types), check.name


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize(
    "field", ["noise", "level_counts", "time_departure_seconds", "lost_fraction", "dark_warmer_k"]
)
def test_what_could_not_be_measured_never_passes(field: str, value: float) -> None:
    [failed] = [each for each in judge(msgspec.structs.replace(SCIENCE, **{field: value})) if not each.passed]
    assert failed.value is None
    assert "could not be measured" in failed.reason


def test_a_check_that_does_not_apply_gives_no_verdict() -> None:
    without = msgspec.structs.replace(SCIENCE, zero_point_scatter_mag=None, astrometry_stars=None)
    assert {each.check for each in judge(SCIENCE)} - {each.check for each in judge(without)} == {
        "zeropoint",
        "astrometry",
    }


def test_a_value_at_its_limit_passes() -> None:
    at_limit = msgspec.structs.replace(SCIENCE, offset_arcsec=180.0, astrometry_stars=2)
    assert all(each.passed for each in judge(at_limit))


def test_names_differ_in_the_letters_that_a_header_keeps() -> None:
    for data_type in ("OBJECT", "DARK", "FLAT"):
        names = [check.name[:6] for check in all_checks() if data_type in check.data_types]
        assert len(names) == len(set(names))


def test_each_file_of_the_folder_is_a_check_but_the_two_that_say_what_one_is() -> None:
    files = {path.stem for path in Path(checks.__path__[0]).glob("*.py")}
    assert len(all_checks()) == len(files - {"__init__", "check", "measurements"})


def test_the_clear_zero_point_is_that_of_the_published_limit() -> None:
    assert pytest.approx(zero_point_mag(), abs=0.001) == CLEAR_ZERO_POINT_MAG
