"""What the table of faults found: each unsafe cell was mended, and has its test here."""

from __future__ import annotations

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import make_recipe, survey
from tomoe_es.control import fitness
from tomoe_es.events import queue, recipe, telescope
from tomoe_es.events.envelope import Draft, Recorded


def test_on_battery_no_recipe_is_begun(observatory: Opener) -> None:
    night = observatory()
    night.start_observing()

    night.fault("power", "fail")
    night.run_for(30)
    asked = night.submit(survey(1))
    night.run_for(30)

    [suspended] = night.told(queue.ObservingSuspended)
    assert (suspended.reasons, suspended.danger) == ([fitness.ON_BATTERY], False)
    assert "RecipeStarted" not in night.story(asked)


def test_a_failing_power_supply_closes_and_nothing_opens(observatory: Opener) -> None:
    night = observatory()
    night.start_observing()

    night.fault("power", "fail")
    night.run_for(200)

    suspended = night.told(queue.ObservingSuspended)[-1]
    assert (suspended.reasons, suspended.danger) == (["the power is failing"], True)
    slit = night.control.hardware.dome_slit
    assert slit is not None
    assert slit.state == "closed"


def test_a_power_supply_that_does_not_answer_closes(observatory: Opener) -> None:
    night = observatory()
    night.start_observing()

    night.fault("power", "drop")
    night.run_for(60)

    [suspended] = night.told(queue.ObservingSuspended)
    assert suspended.reasons == ["the power supply does not answer"]
    slit = night.control.hardware.dome_slit
    assert slit is not None
    assert slit.state == "closed"


def test_a_lock_that_was_set_a_moment_ago_is_seen_before_the_next_operation(observatory: Opener) -> None:
    """Another process appends it between two decisions of the executor."""
    night = observatory()
    night.start_observing()
    locked = telescope.TelescopeLockSet(who="M. Kokubo", why="in the dome")

    def somebody_locks(recorded: Recorded) -> None:
        if recorded.payload.operation == "SendMessage":  # type: ignore[attr-defined]
            night.log.append("telescope_lock", [Draft(locked, night.clock.now(), actor="M. Kokubo")])

    night.conductor.add_effects({recipe.OperationStarted: somebody_locks})
    asked = night.submit(make_recipe(("SendMessage", "ping"), ("SetFocus", 29.0)))
    night.run_for(60)

    assert night.told(telescope.FocusCommanded) == []
    assert "RecipeInterrupted" in night.story(asked)


def test_a_focus_that_does_not_answer_is_not_commanded(observatory: Opener) -> None:
    night = observatory()
    night.start_observing()

    night.fault("focus", "drop")
    asked = night.submit(make_recipe(("SetFocus", 29.0)))
    night.run_for(60)

    assert night.told(telescope.FocusCommanded) == []
    [failed] = [each for each in night.told(recipe.OperationFailed) if each.recipe_id == asked]
    assert failed.condition == "DeviceNotReady"
