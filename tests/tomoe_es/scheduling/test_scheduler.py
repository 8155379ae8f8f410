"""The scheduler: fills the queue from the pool, by time window, priority and visibility."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tomoe_es.control.observatory import NIGHT, jst, make_recipe, plan, submitted, survey
from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.control import evolution
from tomoe_es.control import state as control_state
from tomoe_es.events import Event, queue, recipe, system
from tomoe_es.events.envelope import Recorded
from tomoe_es.recipe.model import Recipe
from tomoe_es.scheduling import scheduler
from tomoe_es.scheduling.sky import equatorial

NIGHT_LONG = ("18:00", "05:00")


class Desk:
    """The scheduler over its state; what it decides is taken in."""

    def __init__(self, phase: system.NightPhase = "observing") -> None:
        self.state = control_state.initial()
        self.now = jst("20:00")
        self._position = 0
        self._take_in(plan(observing="18:00", end="05:00"))
        self._take_in(system.NightPhaseEntered(night=NIGHT, phase=phase, reason="test"))

    def _take_in(self, event: Event) -> Recorded:
        self._position += 1
        recorded = Recorded(self._position, event.stream(), 1, self.now, 0, 0, 0, "test", event)
        evolution.evolve(self.state, recorded)
        return recorded

    def tell(self, event: Event) -> list[Event]:
        """An event happens; returns what the scheduler decides on it."""
        return self._decided(self._take_in(event))

    def put(self, asked: Recipe, window: tuple[str, str] = NIGHT_LONG, *, direct: bool = False) -> str:
        """Put a recipe into the pool without anybody looking."""
        span = (jst(window[0]), jst(window[1]))
        event = submitted(asked, self.now, direct=direct, window=span)
        self._take_in(event)
        return event.recipe_id

    def look(self) -> list[Event]:
        return self._decided(None)

    def queued(self) -> list[str]:
        return [each.recipe_id for each in self.look() if isinstance(each, recipe.RecipeQueued)]

    def _decided(self, recorded: Recorded | None) -> list[Event]:
        decisions = scheduler.decide(self.state, recorded, self.now)
        assert all(decision.cause > 0 for decision in decisions)
        for decision in decisions:
            self._take_in(decision.event)
        return [decision.event for decision in decisions]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def field(name: str, *, at: str = "20:00", **fields: Any) -> Recipe:
    return survey(1, at=at, comment=name, **fields)


class TestChoice:
    def test_the_most_urgent_goes_first(self, desk: Desk) -> None:
        low, high, middle = (desk.put(field("", priority=each)) for each in (0.1, 0.9, 0.5))

        assert desk.queued() == [high, middle]
        assert desk.state.pool == [low]

    def test_of_the_same_priority_the_one_whose_window_closes_first(self, desk: Desk) -> None:
        late = desk.put(field("late"), ("18:00", "23:00"))
        soon = desk.put(field("soon"), ("18:00", "21:00"))

        assert desk.queued() == [soon, late]

    def test_then_the_one_that_was_submitted_first(self, desk: Desk) -> None:
        ids = [desk.put(field(each)) for each in ("one", "two", "three")]

        assert desk.queued() == ids[:2]

    def test_no_more_are_queued_than_two_ahead(self, desk: Desk) -> None:
        for number in range(5):
            desk.put(field(str(number)))
        desk.look()

        assert desk.queued() == []
        assert len(desk.state.queue) == scheduler.QUEUED_AHEAD == 2

    def test_when_one_starts_the_next_is_queued(self, desk: Desk) -> None:
        ids = [desk.put(field(str(number))) for number in range(3)]
        desk.look()

        [queued] = desk.tell(recipe.RecipeStarted(recipe_id=ids[0], exposures_done=[]))

        assert queued == recipe.RecipeQueued(recipe_id=ids[2], priority=0.9)


class TestWindow:
    def test_before_its_window_it_waits(self, desk: Desk) -> None:
        identity = desk.put(field("later", at="21:30"), ("21:00", "22:00"))
        desk.now = jst("21:00") - 1
        assert desk.queued() == []

        desk.now += 1
        assert desk.queued() == [identity]

    def test_one_that_no_longer_fits_into_its_window_expires(self, desk: Desk) -> None:
        asked = field("short")
        identity = desk.put(asked, ("19:00", "21:00"))
        needed = round(scheduler.duration_seconds(asked) * SECOND)
        desk.state.suspended = ["clouds"]

        desk.now = jst("21:00") - needed
        assert desk.look() == []
        desk.now += 1
        assert desk.look() == [
            recipe.RecipeExpired(recipe_id=identity, reason="its window closed before its turn came")
        ]
        assert desk.state.recipes == {}

    def test_what_is_done_of_an_interrupted_recipe_takes_no_more_time(self, desk: Desk) -> None:
        asked = survey(4, at="20:00")
        identity = desk.put(asked, ("19:00", "21:00"))
        done = ["field_dith1", "field_dith2", "field_dith3"]
        back = recipe.RecipeReturnedToPool(recipe_id=identity, exposures_done=done, reason="rain")
        desk.state.suspended = ["rain"]
        desk.now = jst("21:00") - round(scheduler.duration_seconds(asked) * SECOND) + 30 * SECOND

        assert desk.tell(back) == []
        assert desk.tell(queue.ObservingResumed(reason="safe")) == [
            recipe.RecipeQueued(recipe_id=identity, priority=0.9)
        ]
        saved = scheduler.duration_seconds(asked) - scheduler.duration_seconds(asked, done)
        assert saved == pytest.approx(3 * (18 * 0.5 + 2.0))

    def test_one_that_would_not_end_before_the_end_of_observing_is_not_queued(self, desk: Desk) -> None:
        desk.now = jst("04:58")
        asked = field("last", at="04:58")
        identity = desk.put(asked, ("18:00", "06:00"))
        desk.now = jst("05:00") - round(scheduler.duration_seconds(asked) * SECOND)
        assert scheduler.observable(desk.state.recipes[identity], desk.now, jst("05:00"))

        desk.now += 1
        assert desk.queued() == []

    def test_an_expired_one_is_not_queued_as_well(self, desk: Desk) -> None:
        desk.put(field("over"), ("18:00", "19:00"))

        assert [type(each).__name__ for each in desk.look()] == ["RecipeExpired"]


class TestVisibility:
    def test_a_target_that_has_not_risen_waits(self, desk: Desk) -> None:
        ra, dec = equatorial(90.0, 15.0, desk.now)  # in the east, rising
        identity = desk.put(make_recipe(("Pointing", {"ra": ra, "dec": dec})))
        assert desk.queued() == []

        desk.now += 60 * MINUTE
        assert desk.queued() == [identity]

    def test_a_target_that_sets_before_the_end_is_not_begun(self, desk: Desk) -> None:
        ra, dec = equatorial(270.0, 20.1, desk.now)  # in the west: below 20 degrees in half a minute
        desk.put(make_recipe(("Pointing", {"ra": ra, "dec": dec})))

        assert desk.queued() == []

    def test_every_target_counts(self, desk: Desk) -> None:
        (high_ra, high_dec), (low_ra, low_dec) = (equatorial(180.0, each, desk.now) for each in (60.0, 10.0))
        desk.put(
            make_recipe(
                ("Pointing", {"ra": high_ra, "dec": high_dec}), ("Pointing", {"ra": low_ra, "dec": low_dec})
            )
        )

        assert desk.queued() == []


class TestDirect:
    @pytest.mark.parametrize("phase", ["starting_up", "calibrating", "waiting", "observing", "shutting_down"])
    def test_it_goes_straight_to_the_queue(self, phase: system.NightPhase) -> None:
        desk = Desk(phase)
        event = submitted(make_recipe(("SendMessage", "ping")), desk.now, direct=True)

        assert desk.tell(event) == [recipe.RecipeQueued(recipe_id=event.recipe_id, priority=0.9)]

    def test_it_takes_no_place_of_the_others(self, desk: Desk) -> None:
        desk.put(make_recipe(("SendMessage", "ping")), direct=True)
        ids = [desk.put(field(each)) for each in ("one", "two")]
        desk.look()

        assert desk.state.queue[1:] == ids

    def test_one_that_was_interrupted_is_queued_again(self, desk: Desk) -> None:
        identity = desk.put(field("urgent"), direct=True)
        desk.look()
        desk.tell(recipe.RecipeStarted(recipe_id=identity, exposures_done=[]))

        back = recipe.RecipeReturnedToPool(recipe_id=identity, exposures_done=[], reason="rain")

        assert desk.tell(back) == [recipe.RecipeQueued(recipe_id=identity, priority=0.9)]


class TestNotNow:
    @pytest.mark.parametrize("phase", ["starting_up", "calibrating", "waiting"])
    def test_before_observing_the_pool_waits(self, phase: system.NightPhase) -> None:
        desk = Desk(phase)
        desk.put(field("one"))

        assert desk.look() == []

    def test_while_suspended_nothing_is_queued_and_afterwards_it_goes_on(self, desk: Desk) -> None:
        identity = desk.put(field("one"))

        assert desk.tell(queue.ObservingSuspended(reasons=["clouds"])) == []
        assert desk.look() == []
        assert desk.tell(queue.ObservingResumed(reason="clear")) == [
            recipe.RecipeQueued(recipe_id=identity, priority=0.9)
        ]

    def test_a_paused_queue_is_not_filled(self, desk: Desk) -> None:
        desk.put(field("one"))

        assert desk.tell(queue.QueuePaused(reason="test")) == []

    def test_at_the_end_of_the_night_all_that_needs_the_sky_expires(self, desk: Desk) -> None:
        ids = [desk.put(field(str(number))) for number in range(4)]
        desk.look()
        closing = desk.put(make_recipe(("MirrorCover", "close")), direct=True)

        decided = desk.tell(system.NightPhaseEntered(night=NIGHT, phase="shutting_down", reason="test"))

        expired = {each.recipe_id for each in decided if isinstance(each, recipe.RecipeExpired)}
        assert expired == set(ids)
        assert desk.state.queue == [closing]


class TestWakeUp:
    def test_it_looks_every_full_minute_while_somebody_waits(self, desk: Desk) -> None:
        assert scheduler.next_wakeup(desk.state, desk.now) is None
        desk.put(field("one"))

        assert scheduler.next_wakeup(desk.state, desk.now) == desk.now + MINUTE
        assert scheduler.next_wakeup(desk.state, desk.now + 1) == desk.now + MINUTE
        assert scheduler.next_wakeup(desk.state, desk.now - 1) == desk.now

    def test_not_after_the_night(self) -> None:
        desk = Desk("ended")
        desk.put(make_recipe(("SendMessage", "ping")))

        assert scheduler.next_wakeup(desk.state, desk.now) is None


def test_a_recipe_of_four_dithers_is_thought_to_take_less_than_five_minutes() -> None:
    assert 4 * 9 < scheduler.duration_seconds(survey(4)) < 300
