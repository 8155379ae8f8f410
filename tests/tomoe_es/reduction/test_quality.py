"""Each quality check passes what is good, and stops what is not with a reason a person understands."""

from __future__ import annotations

import math

import pytest
from tomoe_es.reduction.quality import Verdict

from tomoe_es.reduction import quality

GAIN = 0.23

GOOD = [
    quality.judge_counts(180.0, GAIN),
    quality.judge_dark_counts(2.0),
    quality.judge_flat_light(13000.0, GAIN),
    quality.judge_noise(28.7, quality.expected_noise_counts(180.0, GAIN)),
    quality.judge_time(0.0),
    quality.judge_coordinates(60.0),
    quality.judge_astrometry(7, None),
]
BAD = [
    (quality.judge_counts(27000.0, GAIN), "saturated"),
    (quality.judge_dark_counts(500.0), "light came in"),
    (quality.judge_flat_light(100.0, GAIN), "too dark"),
    (quality.judge_noise(52.0, quality.expected_noise_counts(180.0, GAIN)), "frames were lost"),
    (quality.judge_time(0.001), "sensor or the database"),
    (quality.judge_coordinates(600.0), "isn't where the mount says"),
    (quality.judge_coordinates(None), "different chips or pointings"),
    (quality.judge_astrometry(0, "3 sources, 4 are needed: probably cloudy"), "probably cloudy"),
]


@pytest.mark.parametrize("verdict", GOOD, ids=lambda verdict: verdict.check)
def test_good_data_passes_without_a_word(verdict: Verdict) -> None:
    assert verdict.passed
    assert verdict.reason == ""


@pytest.mark.parametrize(("verdict", "meaning"), BAD, ids=[verdict.check for verdict, _ in BAD])
def test_bad_data_fails_and_says_what_it_means(verdict: Verdict, meaning: str) -> None:
    assert not verdict.passed
    assert meaning in verdict.reason


@pytest.mark.parametrize(
    "verdict",
    [
        quality.judge_counts(math.nan, GAIN),
        quality.judge_noise(math.inf, 10.0),
        quality.judge_flat_light(math.nan, GAIN),
        quality.judge_time(math.inf),
    ],
    ids=lambda verdict: verdict.check,
)
def test_what_could_not_be_measured_never_passes(verdict: Verdict) -> None:
    assert not verdict.passed
    assert verdict.value is None
