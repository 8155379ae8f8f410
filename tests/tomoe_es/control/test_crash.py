"""A crash between any two appends: the night goes on from the log, and nothing is lost or done twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import CHIPS, Observatory, control_fold, copy_log, plan, survey
from tomoe_es.control.conductor import Conductor
from tomoe_es.events import camera, monitor, recipe, reduction, system, transfer
from tomoe_es.events.envelope import Recorded

WITH_RAIN = "weather: [{ kind: rain, from: '16:52:22', to: '16:53' }]"
"""Interrupts the recipe in the middle of an exposure."""


def interesting(recorded: Recorded) -> bool:
    """Not one more reading."""
    return not type(recorded.payload).__name__.endswith("Read")


@pytest.fixture(scope="module")
def whole_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Recorded], list[int]]:
    """The events of a night, and after which of them the process may have died."""
    night = Observatory(tmp_path_factory.mktemp("whole") / "log", planned())
    night.start(survey(2), survey(1, comment="the other"))
    night.run_to_end()
    events = night.all()
    night.close()
    # The first append holds the plan; without it there is no night to resume. After the last it has ended.
    cuts = [each for each in night.noted.boundaries[1:-1] if interesting(events[each - 1])]
    return events, cuts


def planned() -> system.NightPlanned:
    return plan(end="17:12", script=WITH_RAIN)


def test_the_night_holds_what_is_to_be_cut(whole_night: tuple[list[Recorded], list[int]]) -> None:
    events, cuts = whole_night

    kinds = {type(each.payload) for each in events}
    assert {recipe.RecipeInterrupted, camera.ExposureAborted, recipe.OperationSkipped} <= kinds
    assert len(cuts) > 150


PARTS = 8


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_crash_after_any_append(
    part: int, whole_night: tuple[list[Recorded], list[int]], tmp_path: Path
) -> None:
    events, cuts = whole_night
    for cut in cuts[part::PARTS]:
        # given the log as the crash left it
        folder = tmp_path / f"{cut}"
        copy_log(events[:cut], folder)
        again = Observatory(folder, planned())
        # when the night is resumed
        again.resume()
        again.run_to_end()
        # then
        judge(again, events[:cut], f"cut after {cut}: {type(events[cut - 1].payload).__name__}")
        again.close()


def judge(night: Observatory, before: list[Recorded], where: str) -> None:
    """The resumed night ends well, and nothing is lost or done twice."""
    after = night.all()
    assert after[: len(before)] == before, where
    assert is_closed(night), where
    # every recipe of a person was completed, each of its exposures taken once
    ended = {each.recipe_id for each in night.told(recipe.RecipeCompleted)}
    asked = [each for each in night.told(recipe.RecipeSubmitted) if each.source_name == "test.yaml"]
    assert {each.recipe_id for each in asked} <= ended, where
    assert not night.told(recipe.RecipeCancelled), where
    requests = night.told(camera.ExposureRequested)
    numbers = [each.exposure_number for each in requests]
    assert numbers == sorted(set(numbers)), where
    of_the_sky = [each for each in requests if each.data_type == "OBJECT"]
    names = {each.exposure_number: (each.recipe_id, each.name) for each in of_the_sky}
    vain = {each.exposure_number for each in night.told(camera.ExposureAborted)}
    vain |= {each.exposure_number for each in night.told(transfer.ExposureTransferred) if not each.buffered}
    taken = Counter(name for number, name in names.items() if number not in vain)
    assert set(taken.values()) == {1}, where
    # also the last one of a recipe that was complete before its transfer was cut off: it is taken again,
    # unless the night is over by then, which the log says
    expired = {each.recipe_id for each in night.told(recipe.RecipeExpired)}
    for missing in set(names.values()) - set(taken):
        assert missing[0] in expired, where
    # every chip-cube is accounted for, every one that was buffered is reduced, no product is archived twice
    acquired = {each.frame_id for each in night.told(camera.ChipCubeAcquired)}
    buffered = {each.frame_id for each in night.told(transfer.ChipCubeBuffered)}
    lost = {each.frame_id for each in night.told(transfer.ChipCubeLost)}
    assert acquired == buffered | lost, where
    assert not buffered & lost, where
    finished = Counter(each.frame_id for each in night.told(reduction.ReductionFinished))
    given_up = {each.frame_id for each in night.told(reduction.ReductionFailed) if each.given_up}
    assert set(finished) | given_up == buffered, where
    products = Counter(each.product_id for each in night.told(reduction.ProductArchived))
    assert set(products.values()) == {1}, where
    assert len(buffered | lost) % len(CHIPS) == 0, where
    violations = night.told(monitor.ViolationDetected)
    assert [each for each in violations if each.severity in ("serious", "critical")] == [], where


def is_closed(night: Observatory) -> bool:
    hardware = night.control.hardware
    states = [hardware.dome_slit, hardware.mirror_cover]
    return all(each is not None and each.state == "closed" for each in states) and hardware.locked


def test_the_state_is_the_fold_of_the_log_up_to_any_event(
    whole_night: tuple[list[Recorded], list[int]], observatory: Opener
) -> None:
    # given the live state of a night after each append
    night = observatory(planned(), folder="live")
    replayed = control_fold()
    events = night.log.subscribe(0)
    night.start(survey(2), survey(1, comment="the other"))
    while not night.over():
        # when the log is folded from its beginning, without anything live
        for recorded in events.poll():
            replayed.state = replayed.evolve(replayed.state, recorded)
        # then it is the same
        assert replayed.state == night.control
        night.clock.step()
    caught_up = control_fold()
    conductor = Conductor(night.log, night.clock)
    conductor.add_fold(caught_up)
    assert conductor.catch_up() == night.log.head()
    assert caught_up.state == night.control


def test_a_night_may_be_cut_off_again_and_again(tmp_path: Path) -> None:
    night = Observatory(tmp_path / "log", planned())
    night.start(survey(2), survey(1, comment="the other"))
    for _ in range(12):
        night.run_for(113)
        before = night.all()
        night.close()
        night = Observatory(tmp_path / "log", planned())
        night.resume()
    night.run_to_end()

    judge(night, before, "cut off twelve times")
    night.close()
