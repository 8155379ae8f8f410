"""An exception as an event: what, where, and whether it is understood."""

from __future__ import annotations

from pathlib import Path

from tomoe_es.control.raised import LONGEST_MESSAGE, error_raised
from tomoe_es.errors import LogUnavailable
from tomoe_es.events.monitor import ErrorRaised


def told(error: Exception) -> ErrorRaised:
    try:
        raise error
    except Exception as raised:  # noqa: BLE001  what is told of any
        return error_raised("night", raised)


def test_an_exception_that_nobody_foresaw_says_where_it_was_raised_without_folders_of_this_machine() -> None:
    event = told(ZeroDivisionError("division by zero"))
    assert (event.process, event.condition, event.message) == (
        "night",
        "ZeroDivisionError",
        "division by zero",
    )
    assert not event.understood
    assert event.where.startswith("tomoe_es/control/test_raised.py:")
    assert event.where.endswith(" in told")
    assert str(Path(__file__).parents[3]) not in event.where


def test_a_named_condition_is_understood() -> None:
    event = told(LogUnavailable("no space left on device"))
    assert (event.condition, event.understood) == ("LogUnavailable", True)


def test_a_long_message_is_cut_and_one_that_was_never_raised_has_no_place() -> None:
    event = error_raised("night", ValueError("x" * 10_000))
    assert len(event.message) == LONGEST_MESSAGE
    assert event.where == ""
