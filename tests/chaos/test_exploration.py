"""Whatever happens in whatever order, the laws of a safe night hold; and each law would find its rule broken.

`make test-chaos` explores for `TOMOE_CHAOS_STEPS` steps (100,000), the usual tests for a few hundred.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.chaos.explored_night import DEVICES, KINDS, ExploredNight, LawBroken
from tomoe_es.control import evolution, executor, interruption, night_course, standstill, weather_watch
from tomoe_es.control import state as control_state
from tomoe_es.control.conductor import NoProgress
from tomoe_es.control.evolving import recipes
from tomoe_es.recipe.opening import OpeningOperation
from tomoe_es.recipe.operation import Operation

STEPS = int(os.environ.get("TOMOE_CHAOS_STEPS", "300"))
STEPS_A_NIGHT = 30 if STEPS < 10_000 else 120
"""A long exploration goes deeper into each night: its evening and its end take longer than the steps do."""
EXPLORED = settings(
    max_examples=max(1, STEPS // STEPS_A_NIGHT),
    stateful_step_count=STEPS_A_NIGHT,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


class AnythingHappens(RuleBasedStateMachine):
    """Hypothesis chooses what happens next."""

    def __init__(self) -> None:
        super().__init__()
        self.explored = ExploredNight()
        self.explored.wait(16 * 60)

    @rule(seconds=st.sampled_from([1, 4, 11, 60, 240, 660]))
    def time_passes(self, seconds: int) -> None:
        self.explored.wait(seconds)

    @rule(exposures=st.integers(1, 3), direct=st.booleans())
    def recipe_comes(self, exposures: int, direct: bool) -> None:
        self.explored.submit(exposures, direct=direct)

    @rule(
        line=st.sampled_from(
            [("DomeSlit", "open"), ("MirrorCover", "open"), ("SetFocus", 33.0), ("Park", None)]
        )
    )
    def person_makes_a_mistake(self, line: tuple[str, Any]) -> None:
        self.explored.submit_mistake(line)

    @rule(device=st.sampled_from(DEVICES), kind=st.sampled_from(KINDS))
    def device_misbehaves(self, device: str, kind: Any) -> None:
        self.explored.fault(device, kind)

    @rule()
    def devices_are_mended(self) -> None:
        self.explored.mend()

    @rule(minutes=st.integers(1, 3))
    def it_rains(self, minutes: int) -> None:
        self.explored.rain(minutes)

    @rule()
    def somebody_locks(self) -> None:
        self.explored.lock()

    @rule()
    def somebody_releases(self) -> None:
        self.explored.release()

    @rule()
    def somebody_stops(self) -> None:
        self.explored.stop()

    @rule()
    def somebody_aborts(self) -> None:
        self.explored.abort()

    @rule()
    def somebody_starts(self) -> None:
        self.explored.start()

    @rule()
    def emergency(self) -> None:
        self.explored.emergency()

    @rule()
    def guardian_acts(self) -> None:
        self.explored.guardian()

    @rule(appends=st.integers(1, 12))
    def process_dies(self, appends: int) -> None:
        self.explored.kill(appends)

    def teardown(self) -> None:
        self.explored.finish()


def test_no_order_of_events_breaks_a_law() -> None:
    run_state_machine_as_test(AnythingHappens, settings=EXPLORED)


# Each rule broken on purpose. The scenario is what the exploration above meets sooner or later; here it is
# walked straight to, so that a mutation is found within seconds.


def no_interlock_of_the_lock(patch: pytest.MonkeyPatch) -> None:
    """The lock is not looked at before something moves."""
    patch.setattr(executor, "_refusal_of_control", lambda state, operation: None)
    patch.setattr(executor, "needs_unlocked", lambda calls, *, lock_is_free: False)
    patch.setattr(interruption, "is_held_by_lock", lambda asked, index: False)
    patch.setattr(Operation, "refusal", lambda self, situation: None)


def lock_stops_nothing(patch: pytest.MonkeyPatch) -> None:
    """What moves when the lock is set goes on moving."""
    patch.setattr(standstill, "_wanted", lambda state: {})


def weather_inverted(patch: pytest.MonkeyPatch) -> None:
    """The watch takes bad weather for good."""
    patch.setattr(weather_watch, "_dangers", lambda state, now: [])


def closes_only_what_is_open(patch: pytest.MonkeyPatch) -> None:
    """The slit alone is closed when danger comes."""
    closing = weather_watch._closing
    patch.setattr(weather_watch, "_closing", lambda *arguments: closing(*arguments)[1:])


def opens_in_any_weather(patch: pytest.MonkeyPatch) -> None:
    """Opening asks for nothing."""
    patch.setattr(OpeningOperation, "opening_needs", ())


def deadline_ignored(patch: pytest.MonkeyPatch) -> None:
    """An operation may take for ever."""
    patch.setattr(executor, "next_wakeup", lambda state, now: None)
    operation_started = recipes._operation_started

    def without_deadline(state: control_state.Control, recorded: Any, event: Any) -> None:
        operation_started(state, recorded, event)
        if state.execution is not None:
            state.execution.deadline = 1 << 62

    patch.setitem(evolution.HANDLERS, type_of("OperationStarted"), without_deadline)


def goes_on_after_an_abort(patch: pytest.MonkeyPatch) -> None:
    """A stopped queue is not looked at."""
    patch.setattr(executor, "_is_held_back", lambda state, opened: False)


def done_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """An interrupted recipe begins from nothing."""
    returned = recipes._returned

    def forgetting(state: control_state.Control, recorded: Any, event: Any) -> None:
        returned(state, recorded, msgspec.structs.replace(event, exposures_done=[]))

    patch.setitem(evolution.HANDLERS, type_of("RecipeReturnedToPool"), forgetting)


def night_ends_open(patch: pytest.MonkeyPatch) -> None:
    """The shutdown leaves everything as it is."""
    patch.setattr(
        night_course, "_shut_down", lambda state, plan, now: night_course._enter(plan, "ended", "mutation")
    )


def type_of(name: str) -> type:
    return next(each for each in evolution.HANDLERS if each.__name__ == name)


def an_eventful_night(explored: ExploredNight) -> None:
    """Everything that a mutation needs to show itself."""
    explored.wait(16 * 60)
    explored.submit(3, direct=False)
    explored.wait(60)
    explored.lock()
    explored.submit_mistake(("SetFocus", 33.0))
    explored.wait(60)
    explored.release()
    explored.wait(100)
    explored.rain(2)
    explored.submit_mistake(("MirrorCover", "open"))
    explored.wait(11 * 60)
    explored.abort()
    explored.submit_mistake(("DomeSlit", "open"))
    explored.wait(240)
    explored.start()
    explored.wait(240)
    explored.fault("focus", "freeze")
    explored.submit_mistake(("SetFocus", 30.0))
    explored.wait(660)
    explored.mend()
    explored.submit(3, direct=False)
    explored.wait(100)
    for appends in (3, 7, 20):
        explored.kill(appends)
        explored.wait(60)
    explored.finish()


MUTATIONS = [
    no_interlock_of_the_lock,
    lock_stops_nothing,
    weather_inverted,
    closes_only_what_is_open,
    opens_in_any_weather,
    deadline_ignored,
    goes_on_after_an_abort,
    done_is_forgotten,
    night_ends_open,
]


def test_without_a_mutation_the_eventful_night_is_good() -> None:
    an_eventful_night(ExploredNight())


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.__name__)
def test_a_rule_that_is_broken_on_purpose_is_found(
    mutation: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation(monkeypatch)

    with pytest.raises((LawBroken, NoProgress)):
        an_eventful_night(ExploredNight())
