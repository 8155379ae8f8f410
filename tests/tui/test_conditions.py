"""Every condition that is understood is on the page, with what it means and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tomoe_es import conditions
from tomoe_es.conditions import Condition
from tomoe_es.machines.catalogue import TABLES
from tomoe_es.machines.judging.by_machines import undeclared_name
from tomoe_es.recipe.file_errors import ERROR_CONDITIONS
from tomoe_es.reduction.checks import symptoms
from tomoe_es.reduction.outcome import PERMANENT
from tui.conditions import PAGE, all_conditions, errors, page

ALL = all_conditions()


def test_the_page_is_current_else_run_make_docs() -> None:
    assert (Path(__file__).parents[2] / PAGE).read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("each", ALL, ids=lambda each: f"{each.kind} {each.name}")
def test_each_has_meaning_and_remedy(each: Condition) -> None:
    assert each.meaning, f"{each.name} needs a docstring, or a meaning where it is declared"
    assert each.what_to_do, f"{each.name} needs `what_to_do`, or a remedy where it is declared"
    assert f"`{each.name}`" in page()


def test_violations_of_every_machine_are_there() -> None:
    for table in TABLES.values():
        assert conditions.condition(undeclared_name(table.machine)) is not None
        for departure in table.machine.departures:
            known = conditions.condition(departure.name)
            assert known is not None
            assert known.kind == "violation"


def test_errors_of_every_package_are_there() -> None:
    names = {each.name for each in errors()}
    assert names >= {"VersionConflict", "NoNightYet", "WorkerDied", "NoDataFolder", "AppriseMissing"}
    assert names >= PERMANENT  # the conditions of the reduction


@pytest.mark.parametrize("name", [*symptoms(), *ERROR_CONDITIONS, "OperationTimedOut", "FramesMissing"])
def test_checks_refusals_and_failures_have_a_name(name: str) -> None:
    assert conditions.condition(name) is not None


def test_an_unfamiliar_name_has_no_condition() -> None:
    assert conditions.condition("ZeroDivisionError") is None
