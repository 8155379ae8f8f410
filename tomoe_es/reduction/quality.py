"""The quality checks: each compares one measured value with one limit, and says in words what is wrong.

What is archived can be trusted because everything doubtful stops here. The four symptoms are the
instrument's own: counts too high, noise too high, time or coordinates inconsistent, no astrometric solution.
"""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from tomoe_es.camera.frame_geometry import FULL_WELL_E, READ_NOISE_E

Check = Literal["counts", "light", "noise", "time", "coordinates", "astrometry"]

CHECKS: dict[Check, tuple[str, str]] = {
    "counts": (
        "the whole field is saturated, or light came in during a dark",
        "look for the Moon, twilight, or a lamp in the dome",
    ),
    "light": ("a flat is too dark", "take the flat earlier in the evening, or later in the morning"),
    "noise": (
        "frames were lost, the image is corrupt",
        "look at the camera and the ring buffer, and for `RingOverwritten` in the log",
    ),
    "time": (
        "the header's times disagree with the log: a sensor or the database is at fault",
        "look at the camera's clock and its GPS",
    ),
    "coordinates": (
        "the field isn't where the mount says: a sensor or the database is at fault",
        "check the mount's pointing on a bright star",
    ),
    "astrometry": (
        "no astrometric solution: probably cloudy",
        "look at the sky; when it is clear, check the focus and the pointing",
    ),
}
"""What it means when a check fails, and what to do."""

HIGHEST_PART_OF_FULL_WELL = 0.8
HIGHEST_DARK_COUNTS = 100.0
LOWEST_FLAT_E = 500.0
NOISE_FACTOR = 1.5
TIME_TOLERANCE_SECONDS = 0.0002
POINTING_TOLERANCE_ARCSEC = 180.0
FEWEST_STARS = 4


class Verdict(msgspec.Struct, frozen=True):
    """One check: the value measured (None: it couldn't be), its limit, and why it failed (or empty)."""

    check: Check
    value: float | None
    limit: float
    unit: str
    passed: bool
    reason: str


def judge_counts(mean_counts: float, gain_e_per_count: float) -> Verdict:
    """Mean counts of the sky too high: the whole field is saturated."""
    limit = HIGHEST_PART_OF_FULL_WELL * FULL_WELL_E / gain_e_per_count
    return _at_most("counts", mean_counts, limit, "count", "the whole field is saturated")


def judge_dark_counts(mean_counts: float) -> Verdict:
    """Counts of a dark too high: light came in. The fixed bias pattern is some 10 counts."""
    return _at_most("counts", mean_counts, HIGHEST_DARK_COUNTS, "count", "light came in during the dark")


def judge_flat_light(level_counts: float, gain_e_per_count: float) -> Verdict:
    """Level of the faintest frame of a flat too low: photon noise would print through."""
    limit = LOWEST_FLAT_E / gain_e_per_count
    passed = math.isfinite(level_counts) and level_counts >= limit
    reason = "" if passed else f"{level_counts:.0f} count is under {limit:.0f}: too dark for a flat"
    return Verdict("light", _finite(level_counts), limit, "count", passed, reason)


def expected_noise_counts(light_counts: float, gain_e_per_count: float) -> float:
    """Standard deviation of a pixel of one frame, from the light on it and the read noise."""
    return math.sqrt(READ_NOISE_E**2 + max(light_counts, 0.0) * gain_e_per_count) / gain_e_per_count


def judge_noise(noise: float, expected: float, unit: str = "count") -> Verdict:
    """Noise from frame to frame more than half as high again as light and readout explain."""
    return _at_most("noise", noise, NOISE_FACTOR * expected, unit, "frames were lost, the image is corrupt")


def judge_time(departure_seconds: float) -> Verdict:
    """Times of the header that disagree with each other or with the log."""
    reason = "the header's times disagree with the log: a sensor or the database is at fault"
    return _at_most("time", departure_seconds, TIME_TOLERANCE_SECONDS, "s", reason)


def judge_coordinates(offset_arcsec: float | None) -> Verdict:
    """Field found elsewhere than the mount says; None when the header contradicts the log."""
    if offset_arcsec is None:
        reason = "header and log name different chips or pointings: a sensor or the database is at fault"
        return Verdict("coordinates", None, POINTING_TOLERANCE_ARCSEC, "arcsec", False, reason)
    reason = "the field isn't where the mount says: a sensor or the database is at fault"
    return _at_most("coordinates", offset_arcsec, POINTING_TOLERANCE_ARCSEC, "arcsec", reason)


def judge_astrometry(stars: int, failure: str | None) -> Verdict:
    """No astrometric solution."""
    passed = failure is None and stars >= FEWEST_STARS
    reason = "" if passed else f"no astrometric solution: {failure}"
    return Verdict("astrometry", float(stars), float(FEWEST_STARS), "star", passed, reason)


def _at_most(check: Check, value: float, limit: float, unit: str, meaning: str) -> Verdict:
    """A value that isn't a number never passes."""
    passed = math.isfinite(value) and value <= limit
    reason = "" if passed else f"{value:.6g} {unit} is over {limit:.6g}: {meaning}"
    return Verdict(check, _finite(value), limit, unit, passed, reason)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
