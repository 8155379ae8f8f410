"""The recipes of daily work that the course of the night issues: lock, start-up, calibration, shutdown."""

from __future__ import annotations

from typing import Any

from tomoe_es.events.system import NightPlanned
from tomoe_es.observatory import BEST_FOCUS_MM
from tomoe_es.recipe.model import OperationCall, Recipe
from tomoe_es.scheduling.sky import equatorial

ISSUER = "Tomo-e Gozen Scheduler"
SITE = "Kiso Observatory"
_FLAT_AZIMUTH_DEG, _FLAT_ALTITUDE_DEG = 90.0, 75.0
"""Away from the Sun that has set, near the zenith, where the twilight sky is flattest."""


def _recipe(comment: str, *operations: tuple[str, Any], priority: float = 1.0) -> Recipe:
    return Recipe(
        observer=ISSUER,
        project=SITE,
        priority=priority,
        time_window=("03:00:00.0", "02:59:59.0"),  # the whole night, local noon to local noon
        operations=tuple(OperationCall(name, argument) for name, argument in operations),
        comment=comment,
    )


def set_lock(locked: bool) -> Recipe:
    """Set or release the telescope lock."""
    return _recipe(f"set telescope lock = {locked}", ("SetTelescopeLock", locked))


def start_up() -> Recipe:
    """Bring every device to its known place for the beginning of a night, and see that it is there."""
    return _recipe(
        "start up for observation",
        ("MirrorCover", "close"),
        ("DomeSlit", "close"),
        ("Park", None),
        ("SetFocus", BEST_FOCUS_MM),
        ("Wait", "mirrorcover_closed, domeslit_closed, parked"),
    )


def darks(plan: NightPlanned) -> Recipe:
    """Darks for the exposure times of the survey and of the flats."""
    return _recipe(
        "Scheduled Calibration: dark",
        ("MirrorCover", "close"),
        ("Wait", "mirrorcover_closed"),
        ("SetPipeline", ["stack"]),
        ("SetParameter", {"gain": "high", "tinteg_sec": 0.5, "nframe": plan.dark_frames}),
        ("Dark", "dark_0.5s"),
        ("SetParameter", {"gain": "high", "tinteg_sec": 1.0, "nframe": plan.dark_frames}),
        ("Dark", "dark_1.0s"),
    )


def flats(plan: NightPlanned, now: int) -> Recipe:
    """Twilight flats of the sky opposite to the Sun."""
    ra_deg, dec_deg = equatorial(_FLAT_AZIMUTH_DEG, _FLAT_ALTITUDE_DEG, now)
    return _recipe(
        "Scheduled Calibration: twilight flat",
        ("DomeSlit", "open"),
        ("Pointing", {"ra": round(ra_deg, 5), "dec": round(dec_deg, 5)}),
        ("MirrorCover", "open"),
        ("Wait", "pointing, mirrorcover_open, domeslit_open"),
        ("Wait", "twilight_flat"),
        ("SetPipeline", ["stack"]),
        ("SetParameter", {"gain": "high", "tinteg_sec": 1.0, "nframe": plan.flat_frames}),
        ("Flat", "twilight_flat"),
    )


def open_dome() -> Recipe:
    """Open for observing, at its beginning and after the weather had closed."""
    return _recipe("open for observation", ("DomeSlit", "open"), ("Wait", "domeslit_open"))


def park_while_idle() -> Recipe:
    """Park and cover the mirror while there is nothing to observe."""
    return _recipe(
        "park while nothing is to be observed",
        ("MirrorCover", "close"),
        ("Park", None),
        ("Wait", "mirrorcover_closed, parked"),
    )


def shutdown() -> Recipe:
    """Close and park for the day; closing is commanded whatever the state is believed to be."""
    return _recipe(
        "Shutdown",
        ("MirrorCover", "close"),
        ("DomeSlit", "close"),
        ("Park", None),
        ("Wait", "mirrorcover_closed, domeslit_closed, parked"),
    )
