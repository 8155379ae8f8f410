"""Every event carries the recipe that it belongs to, also after a restart."""

from __future__ import annotations

import pytest

from tests.tomoe_es.control.conductor.bench import NOW, Bench, message
from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import make_recipe, plan, submitted, survey
from tomoe_es.clock import SECOND
from tomoe_es.control import snapshot
from tomoe_es.control.conductor import Conductor
from tomoe_es.control.decider import Decision
from tomoe_es.events import Event
from tomoe_es.events.camera import ExposureAborted, ExposureAbortRequested, ExposureRequested
from tomoe_es.events.queue import QueuePaused
from tomoe_es.events.recipe import (
    RecipeCompleted,
    RecipeExpired,
    RecipeQueued,
    RecipeSubmitted,
)
from tomoe_es.events.transfer import ChipCubeExpired, ExposureTransferred


def requested(number: int, recipe_id: str) -> ExposureRequested:
    return ExposureRequested(
        exposure_number=number,
        recipe_id=recipe_id,
        name="field",
        data_type="OBJECT",
        gain="high",
        exposure_seconds=0.5,
        frames=18,
        pipeline=[],
        observer="o",
        project="p",
        lane="default",
        ra_deg=1.0,
        dec_deg=2.0,
        night="2023-12-12",
    )


def transferred(number: int, buffered: int = 1) -> ExposureTransferred:
    return ExposureTransferred(exposure_number=number, buffered=buffered, lost=0)


def expired(number: int) -> ChipCubeExpired:
    return ChipCubeExpired(exposure_number=number, frame_id="f", path="p", blake3="s")


class TestCorrelation:
    """Each event of a recipe, and of what it exposed, carries the position of the recipe's submission."""

    @pytest.fixture
    def recipes(self, bench: Bench) -> tuple[str, str]:
        """Two recipes, submitted at positions 2 and 3."""
        events = [submitted(make_recipe(("SendMessage", text)), NOW) for text in ("one", "two")]
        bench.conductor.record([message("before"), *events], actor="test")
        return events[0].recipe_id, events[1].recipe_id

    def record(self, bench: Bench, *events: Event) -> list[int]:
        return [bench.conductor.record([event], actor="test")[0].correlation for event in events]

    def test_of_a_recipe_also_after_a_restart(self, bench: Bench, recipes: tuple[str, str]) -> None:
        again = Conductor(bench.log, bench.clock)
        again.catch_up()

        [queued] = again.record([RecipeQueued(recipe_id=recipes[0], priority=0.5)], actor="test")
        [paused] = again.record([QueuePaused(reason="x")], cause=queued, actor="test")

        assert (queued.correlation, paused.correlation) == (2, 2)

    def test_of_an_exposure_whatever_woke_the_decider(self, bench: Bench, recipes: tuple[str, str]) -> None:
        self.record(bench, requested(1, recipes[0]), requested(2, recipes[1]))
        bench.decide(
            ExposureTransferred,
            by=lambda _s, recorded, _n: [Decision(expired(number), recorded.position) for number in (1, 2)],  # type: ignore[union-attr]
        )

        [over] = bench.conductor.record([transferred(1)], actor="test")

        assert over.correlation == 2
        assert [each.correlation for each in bench.log.read(types=["ChipCubeExpired"])] == [2, 3]

    def test_of_an_exposure_when_an_alarm_woke_the_decider(
        self, bench: Bench, recipes: tuple[str, str]
    ) -> None:
        self.record(bench, requested(1, recipes[1]))
        bench.decide(
            by=lambda *_: [Decision(ExposureAbortRequested(exposure_number=1, reason="x"))],
            wakeup=lambda _state, now: NOW + SECOND if now < NOW + SECOND else None,
        )
        bench.conductor.start()

        bench.clock.run_until(NOW + SECOND)

        assert [each.correlation for each in bench.log.read(types=["ExposureAbortRequested"])] == [3]

    def test_an_exposure_keeps_it_after_its_recipe_and_its_night(
        self, bench: Bench, recipes: tuple[str, str]
    ) -> None:
        self.record(bench, requested(1, recipes[0]), transferred(1, buffered=2))
        self.record(bench, RecipeCompleted(recipe_id=recipes[0]), plan())

        assert self.record(bench, expired(1), expired(1)) == [2, 2]

    def test_a_recipe_left_over_keeps_it_in_the_next_night(
        self, bench: Bench, recipes: tuple[str, str]
    ) -> None:
        assert self.record(bench, plan(), RecipeExpired(recipe_id=recipes[1], reason="x")) == [0, 3]

    def test_what_is_over_is_forgotten(self, bench: Bench, recipes: tuple[str, str]) -> None:
        self.record(bench, *(requested(number, recipes[0]) for number in (1, 2, 3, 4)))
        self.record(bench, transferred(1), expired(1), transferred(2, buffered=0), transferred(3))
        self.record(
            bench, ExposureAborted(exposure_number=4, reason="x"), RecipeCompleted(recipe_id=recipes[0])
        )
        self.record(bench, plan())

        taken = snapshot.decode(bench.conductor.snapshot("v1"), "v1")

        assert taken is not None
        assert taken.correlations.recipes == {recipes[1]: 3}
        assert list(taken.correlations.exposures) == [3]

    def test_a_snapshot_keeps_them(self, bench: Bench, recipes: tuple[str, str]) -> None:
        self.record(bench, requested(1, recipes[0]))
        again = Conductor(bench.log, bench.clock)
        again.add_fold(bench.fold)

        assert again.restore(bench.conductor.snapshot("v1"), "v1")

        later = (transferred(1), RecipeQueued(recipe_id=recipes[1], priority=0.5))
        assert [each.correlation for each in again.record(later, actor="test")] == [2, 3]

    def test_in_a_whole_night_every_event_of_an_exposure_carries_that_of_its_recipe(
        self, observatory: Opener
    ) -> None:
        night = observatory()
        night.start(survey(2), survey(1, at="16:56"))
        night.run_to_end()
        night.run_for(2 * night.plan.buffer_ttl_seconds)

        submissions = {each.payload.recipe_id: each.position for each in night.of(RecipeSubmitted)}  # type: ignore[attr-defined]
        of_exposure = {
            each.payload.exposure_number: submissions[each.payload.recipe_id]  # type: ignore[attr-defined]
            for each in night.of(ExposureRequested)
        }
        exposed = [each for each in night.all() if getattr(each.payload, "exposure_number", 0) in of_exposure]
        wrong = [each for each in exposed if each.correlation != of_exposure[each.payload.exposure_number]]  # type: ignore[attr-defined]
        assert wrong == []
        assert len(set(of_exposure.values())) > 1
        assert night.of(ChipCubeExpired)
