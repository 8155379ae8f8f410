"""Which night may be begun or resumed."""

from __future__ import annotations

import pytest

from tests.tui.commands.test_queue import planned
from tomoe_es.clock import HOUR
from tomoe_es.control import evolution
from tomoe_es.control import state as control_state
from tomoe_es.control.state import Control
from tomoe_es.errors import NightUnfinished, NothingToResume
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import NightPhase, NightPhaseEntered
from tomoe_es.reduction.queue_state import ReductionState
from tui.night.first_recipes import survey_submissions
from tui.night.options import NightOptions
from tui.night.plan import OptionInvalid, plan_night, plan_to_resume


def control_in(phase: NightPhase) -> Control:
    plan = planned()
    state = control_state.initial()
    for position, event in enumerate(
        (plan, NightPhaseEntered(night=plan.night, phase=phase, reason="given")), start=1
    ):
        recorded = Recorded(position, event.stream(), position, plan.start_up_us, 0, 0, 1, "", event)
        evolution.evolve(state, recorded)
    return state


def test_the_first_night_is_that_of_the_examples() -> None:
    assert plan_night(NightOptions(), control_state.initial()).night == "2023-12-12"


def test_after_a_night_that_ended_comes_the_next() -> None:
    assert plan_night(NightOptions(), control_in("ended")).night == "2023-12-13"


def test_a_night_is_not_begun_over_one_that_was_cut_off() -> None:
    with pytest.raises(NightUnfinished, match="2023-12-12"):
        plan_night(NightOptions(), control_in("observing"))


@pytest.mark.parametrize("night", ["2023-12-12", "2022-01-01"])
def test_time_does_not_go_back_in_a_log(night: str) -> None:
    with pytest.raises(OptionInvalid, match="a log only grows"):
        plan_night(NightOptions(night=night), control_in("ended"))


def test_a_short_night_ends_after_its_hours_and_none_goes_on_after_dawn() -> None:
    first_night = control_state.initial()
    short, long, whole = (
        plan_night(NightOptions(observing_hours=hours), first_night) for hours in (2.0, 24.0, None)
    )
    assert short.observing_end_us == short.observing_start_us + 2 * HOUR
    assert long == whole
    [first, *_, last] = survey_submissions(short, 9, submitted_by="test", now=short.start_up_us)
    assert short.observing_start_us < first.window_end_us < last.window_end_us
    assert last.window_start_us < short.observing_end_us < whole.observing_end_us


def test_a_night_that_was_cut_off_is_resumed_with_its_own_plan() -> None:
    assert plan_to_resume(control_in("observing"), ReductionState()) == planned()


def test_a_night_that_came_to_its_end_is_not_resumed() -> None:
    with pytest.raises(NothingToResume, match="came to its end"):
        plan_to_resume(control_in("ended"), ReductionState())


def test_a_night_that_ended_is_resumed_while_its_data_are_not_reduced() -> None:
    waiting = ReductionState(transferred=[(1, 1)])
    assert plan_to_resume(control_in("ended"), waiting) == planned()
