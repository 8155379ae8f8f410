"""Whether a chip that was given up for want of a dark or flat truly had none, by what the queue records."""

from __future__ import annotations

from typing import Any

import pytest

from tests.replay.truth.played_night import told_by
from tests.tomoe_es.reduction.queue.played_engine import Engine, frame

OBJECT = 4


def masters_of(engine: Engine, chip: int = 101) -> tuple[str, bool, bool]:
    """How a chip was given up, and whether there was a dark and a flat for it."""
    told = told_by(engine).chips[frame(OBJECT, chip)]
    return told.given_up, told.has_dark, told.has_flat


@pytest.mark.parametrize(
    ("asked", "has"),
    [
        ({}, ("", True, True)),
        ({"seconds": 2.0}, ("CalibrationMissing", False, True)),
        ({"gain": "low"}, ("CalibrationMissing", False, False)),
    ],
)
def test_a_dark_must_be_of_the_gain_and_time_a_flat_of_the_gain(
    asked: dict[str, Any], has: tuple[str, bool, bool]
) -> None:
    engine = Engine()
    engine.calibrate()
    engine.expose(OBJECT, **asked)
    assert masters_of(engine) == has


def test_a_master_that_was_rejected_is_none() -> None:
    engine = Engine()
    engine.expose(1, "DARK")
    engine.expose(2, "DARK", seconds=1.0)
    engine.expose(3, "FLAT", seconds=1.0)
    engine.expose(OBJECT)
    for number, chip in ((1, 101), (1, 102), (2, 101), (2, 102)):
        engine.archive(number, chip, "DARK")
    engine.reject(3, 101, "FLAT")
    engine.archive(3, 102, "FLAT")
    assert masters_of(engine) == ("CalibrationMissing", True, False)
    assert masters_of(engine, 102) == ("", True, True)


def test_what_is_taken_later_is_no_master_of_it() -> None:
    engine = Engine()
    engine.expose(OBJECT)
    engine.expose(OBJECT + 1, "DARK")
    engine.archive(OBJECT + 1, 101, "DARK")
    assert masters_of(engine) == ("CalibrationMissing", False, False)
