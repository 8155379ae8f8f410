"""The sky is not exposed in daylight."""

# ruff: noqa: E501  the tables hold whole messages, as people see them
from __future__ import annotations

import pytest

from tests.tomoe_es.recipe.bad_recipes.refused import HEAD, SET_PARAMETER, errors_of
from tomoe_es.recipe.parsing import parse_recipe

DAY = HEAD.replace("'08:00', '10:30'", "'23:00', '02:00'")
FLATS = (
    SET_PARAMETER,
    "MirrorCover: open",
    "DomeSlit: open",
    "Wait: mirrorcover_open, domeslit_open",
    "Flat: f",
)
CLOSING = ("MirrorCover: close", "Wait: mirrorcover_closed", SET_PARAMETER, "Dark: d")


def lines_of(*lines: str) -> str:
    return "".join(f"  - {line}\n" for line in lines)


def test_the_sky_is_not_exposed_in_daylight():
    assert errors_of(f"{DAY}{lines_of(*FLATS)}".encode()) == [
        ("InDaylight", "10:5: Operations[5].Flat: the Sun is up from 23:00 to 02:00 UTC in the night of 2023-12-12: "
         "the sky can't be exposed then; choose a time window between sunset and sunrise; at Kiso the night is about "
         "08:00 to 21:00 UTC"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("window", "lines"),
    [
        ("'23:00', '02:00'", CLOSING),
        ("'03:00', '02:59'", FLATS),
        ("'07:30', '08:30'", FLATS),
        ("'21:00', '22:30'", FLATS),
    ],
)
def test_what_needs_no_sky_or_a_part_of_the_night_is_good(window, lines):
    head = HEAD.replace("'08:00', '10:30'", window)
    text = f"{head}{lines_of(*lines)}"
    assert parse_recipe(text.encode(), "test.yaml", "2023-12-12").errors == ()
