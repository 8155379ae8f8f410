"""Rules 1 and 2: complete is what the device reads within a time limit; closing is never skipped."""

from __future__ import annotations

import pytest

from tests.tomoe_es.control.accident_rules.mid_night import CLOSED, since, states, weather_of
from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import NIGHT, Observatory, make_recipe, survey
from tomoe_es.control import interruption
from tomoe_es.events import camera, recipe, system, telescope, transfer
from tomoe_es.events.queue import QueuePaused


class TestRule1:
    def test_rule_1_an_acknowledgement_is_not_completion(self, night: Observatory) -> None:
        night.fault("focus", "freeze")  # it takes the command, and nothing is read to happen
        identity = night.submit(make_recipe(("SetFocus", 33.0)))

        night.run_for(119)
        assert night.control.execution is not None
        night.run_for(2)

        assert night.story(identity)[-1] == "RecipeCancelled"
        [failed] = night.told(recipe.OperationFailed)
        assert failed.condition == "OperationTimedOut"
        assert not [each for each in night.told(recipe.OperationCompleted) if each.recipe_id == identity]

    @pytest.mark.parametrize(
        ("line", "device"),
        [
            (("SetFocus", 28.0), "focus"),
            (("MirrorCover", "open"), "mirror_cover"),
            (("DomeSlit", "open"), "dome_slit"),
        ],
    )
    def test_rule_1_a_reading_from_before_the_command_does_not_count(
        self, observatory: Opener, line: tuple[str, object], device: str
    ) -> None:
        # given a device that reads already what is asked for, at the very moment of the command
        opened = observatory(only=("executor", "scheduler"))
        opened.start_observing()
        known = opened.control.hardware
        if device == "focus":
            opened.submit(make_recipe(("SetFocus", 28.0)))
            opened.run_for(60)
        opened.record(getattr(known, device))
        before = opened.log.head()

        # when it is commanded
        opened.submit(make_recipe(line))

        # then it is not complete by that, but by the next reading
        assert not since(opened, before, recipe.OperationCompleted)
        opened.run_for(1)
        assert len(since(opened, before, recipe.OperationCompleted)) == 1

    def test_rule_1_a_device_that_lies_is_found_out_by_what_it_did_not_do(self, night: Observatory) -> None:
        # a camera that tells of frames which are not there: its exposure does not count as done
        night.fault("camera", "lie", end="17:36")
        identity = night.submit(survey(1, at="17:40"), direct=False)

        night.run_until_seen(recipe.RecipeReturnedToPool)

        [returned] = night.told(recipe.RecipeReturnedToPool)
        assert (returned.reason, returned.exposures_done) == (interruption.EXPOSURE_LOST, [])
        night.run_until("17:50")
        assert night.story(identity)[-1] == "RecipeCompleted"
        buffered = {each.exposure_number for each in night.told(transfer.ChipCubeBuffered)}
        names = {each.exposure_number: each.name for each in night.told(camera.ExposureRequested)}
        assert [names[each] for each in sorted(buffered)] == ["field_dith1"]


class TestRule2:
    @pytest.mark.parametrize("state", ["closed", "closing", "opening", "open", "stopped", "fault"])
    def test_rule_2_closing_is_never_skipped_whatever_is_read(self, night: Observatory, state: str) -> None:
        before = night.log.head()
        night.record(
            telescope.MirrorCoverRead(state=state),  # type: ignore[arg-type]
            telescope.DomeSlitRead(state=state),  # type: ignore[arg-type]
            weather_of(night, rain=True),
        )

        told = since(night, before, telescope.MirrorCoverCommanded, telescope.DomeSlitCommanded)
        assert {(type(each).__name__, each.action) for each in told} == {  # type: ignore[attr-defined]
            ("MirrorCoverCommanded", "close"),
            ("DomeSlitCommanded", "close"),
        }

    def test_rule_2_neither_lock_nor_stop_nor_missing_reconciliation_keeps_it_from_closing(
        self, night: Observatory
    ) -> None:
        night.record(
            system.NightResumed(night=NIGHT, last_position=1, last_time_us=1),
            telescope.TelescopeLockSet(who="bob", why="work in the dome"),
            QueuePaused(reason="tea", who="bob"),
        )

        night.record(weather_of(night, rain=True))
        night.run_for(60)

        assert states(night, *CLOSED) == CLOSED

    def test_rule_2_the_shutdown_commands_closing_also_when_closed(self, observatory: Opener) -> None:
        opened = observatory()
        opened.start()
        opened.run_to_end()

        shutdown = next(
            each.position
            for each in opened.of(system.NightPhaseEntered)
            if each.payload.phase == "shutting_down"  # type: ignore[attr-defined]
        )
        told = since(opened, shutdown, telescope.MirrorCoverCommanded, telescope.DomeSlitCommanded)
        assert {type(each).__name__ for each in told} == {"MirrorCoverCommanded", "DomeSlitCommanded"}
