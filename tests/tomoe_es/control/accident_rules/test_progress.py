"""Rule 9: having nothing to observe is normal; not progressing is not."""

from __future__ import annotations

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import Observatory, make_recipe, plan, survey
from tomoe_es.clock import SECOND
from tomoe_es.events import monitor, recipe


class TestRule9:
    def test_rule_9_a_night_with_nothing_to_observe_is_a_quiet_one(self, observatory: Opener) -> None:
        night = observatory(plan(end="17:40"))
        night.start()

        night.run_to_end()

        assert night.told(monitor.ViolationDetected) == []
        assert not night.of(recipe.RecipeCancelled, recipe.OperationFailed)

    def test_rule_9_every_operation_tells_its_time_limit_and_ends_within_it(self, night: Observatory) -> None:
        """So that whoever judges progress needs only the log."""
        night.submit(survey(3, at="17:40"), direct=False)

        night.run_until_seen(recipe.RecipeCompleted)

        begun: dict[tuple[str, int], tuple[int, float]] = {}
        for each in night.of(recipe.OperationStarted, recipe.OperationCompleted):
            event = each.payload
            assert isinstance(event, recipe.OperationStarted | recipe.OperationCompleted)
            key = (event.recipe_id, event.index)
            if isinstance(event, recipe.OperationStarted):
                begun[key] = (each.time, event.time_limit_seconds)
            else:
                started, limit = begun.pop(key)
                assert each.time - started <= limit * SECOND
        assert not begun

    def test_rule_9_an_operation_that_does_not_end_is_ended_by_its_limit(self, night: Observatory) -> None:
        night.fault("mirror_cover", "freeze")
        identity = night.submit(make_recipe(("MirrorCover", "close")))

        night.run_for(31)

        assert night.story(identity)[-1] == "RecipeCancelled"
