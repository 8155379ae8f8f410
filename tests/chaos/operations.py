"""When a fault strikes: in each operation of the recipe language, and when there is none."""

from __future__ import annotations

from typing import NamedTuple

from tests.tomoe_es.control.observatory import make_recipe
from tomoe_es.recipe.model import Recipe
from tomoe_es.scheduling.sky import equatorial

SURVEY = "survey"
"""The observer's recipe; all other roles are those of daily work."""


class Moment(NamedTuple):
    """In an operation of a recipe, so many seconds after it was begun; in none at a time of day."""

    name: str
    role: str
    operation: str
    after_seconds: float = 0.0
    at: str = ""


MOMENTS = (
    Moment("SetTelescopeLock", "unlock", "SetTelescopeLock"),
    Moment("start-up", "start up", "MirrorCover"),
    Moment("Dark", "dark", "Dark", 1.0),
    Moment("DomeSlit", "flat", "DomeSlit", 0.1),
    Moment("Flat", "flat", "Flat", 1.5),
    Moment("SendMessage", SURVEY, "SendMessage"),
    Moment("SetFocus", SURVEY, "SetFocus", 1.0),
    Moment("Assert", SURVEY, "Assert"),
    Moment("Pointing", SURVEY, "Pointing", 0.1),
    Moment("MirrorCover", SURVEY, "MirrorCover", 0.1),
    Moment("Wait", SURVEY, "Wait", 3.0),
    Moment("SetPipeline", SURVEY, "SetPipeline"),
    Moment("SetParameter", SURVEY, "SetParameter"),
    Moment("Exposure", SURVEY, "Exposure", 4.0),
    Moment("Dithering", SURVEY, "Dithering", 0.1),
    Moment("idle", "", "", at="17:00"),
    Moment("Park", "park", "Park", 1.0),
    Moment("shutdown", "shutdown", "DomeSlit", 0.1),
)


def survey(at_us: int) -> Recipe:
    """Every operation that an observer writes, in the order of the talk's example; two dithers."""
    ra_deg, dec_deg = (round(each, 5) for each in equatorial(180.0, 70.0, at_us))
    return make_recipe(
        ("SendMessage", "ping"),
        ("SetFocus", 29.0),
        ("Assert", "domeslit_open"),
        ("Pointing", {"ra": ra_deg, "dec": dec_deg}),
        ("MirrorCover", "open"),
        ("Wait", "pointing, mirrorcover_open"),
        ("SetPipeline", ["wcs", "stack", "neo"]),
        ("SetParameter", {"gain": "high", "tinteg_sec": 0.5, "nframe": 18}),
        ("Exposure", "field_dith1"),
        ("Dithering", [0, -1440]),
        ("Wait", "pointing"),
        ("Exposure", "field_dith2"),
    )
