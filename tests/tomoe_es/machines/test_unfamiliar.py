"""An exception without a name is the loudest alarm; one that is understood is none."""

from __future__ import annotations

from tests.projections.night_story import START
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ErrorRaised
from tomoe_es.machines import monitor, unfamiliar


def raised(*, understood: bool) -> Recorded:
    event = ErrorRaised(
        process="worker",
        condition="ZeroDivisionError",
        message="division by zero",
        where="reduction/stack.py:7 in mean",
        understood=understood,
    )
    return Recorded(5, event.stream(), 1, START, 0, 0, 0, "", event)


def test_it_is_critical_says_where_and_needs_to_be_acknowledged() -> None:
    [violation] = unfamiliar.judge(raised(understood=False))
    assert (violation.name, violation.thing, violation.severity) == ("UnfamiliarError", "worker", "critical")
    assert violation.message == "ZeroDivisionError: division by zero at reduction/stack.py:7 in mean"
    assert violation.evidence == [5]
    assert violation.needs_acknowledgement


def test_what_is_understood_is_no_violation() -> None:
    assert unfamiliar.judge(raised(understood=True)) == []


def test_the_monitor_has_it_recorded_once() -> None:
    state, event = monitor.initial(), raised(understood=False)
    monitor.evolve(state, event)
    [decision] = monitor.decide(state, event, START)
    assert decision.cause == 5
    recorded = Recorded(6, "monitor", 2, START, 0, 5, 0, "monitor", decision.event)
    monitor.evolve(state, recorded)
    assert monitor.decide(state, None, START) == []
