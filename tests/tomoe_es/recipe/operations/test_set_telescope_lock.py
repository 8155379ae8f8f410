import msgspec
import pytest

from tomoe_es.events.telescope import TelescopeLockReleased, TelescopeLockSet
from tomoe_es.recipe.operations.set_telescope_lock import SetTelescopeLock

RECIPE = "11111111-1111-5111-8111-111111111111"  # the scene's


def test_sets_the_lock(scene):
    assert SetTelescopeLock(True).commands(scene.situation) == [
        TelescopeLockSet(who="T. Morokuma", why="All-Sky Survey", recipe_id=RECIPE)
    ]


def test_a_recipe_of_the_night_says_so(scene):
    of_the_night = msgspec.structs.replace(scene.situation, of_schedule=True)
    [event] = SetTelescopeLock(True).commands(of_the_night)
    assert event.of_schedule


def test_releases_the_lock(scene):
    assert SetTelescopeLock(False).commands(scene.situation) == [
        TelescopeLockReleased(who="T. Morokuma", why="All-Sky Survey", recipe_id=RECIPE)
    ]


def test_is_complete_when_the_lock_is_as_asked(scene):
    assert not SetTelescopeLock(True).complete(scene.situation)
    scene.hardware.locked = True
    assert SetTelescopeLock(True).complete(scene.situation)


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.parametrize("observer", ["S. Sako", "T. Morokuma"])  # also of the observer's name
def test_has_no_hand_on_the_lock_of_a_person(scene, locked, observer):
    scene.hardware.locked, scene.hardware.locked_by, scene.hardware.locked_why = True, observer, "dome crane"
    refusal = SetTelescopeLock(locked).refusal(scene.situation)
    assert refusal.condition == "LockOfSomebodyElse"
    assert refusal == (
        f"the telescope is locked by {observer}: dome crane; a recipe leaves it so: release it first"
    )


@pytest.mark.parametrize(
    ("locked_by", "recipe_id", "of_schedule", "refused"),
    [
        ("", "", False, False),  # as it is before the first night
        ("T. Morokuma", RECIPE, False, False),
        ("Tomo-e Gozen Scheduler", "another", True, False),
        ("T. Morokuma", "another", False, True),
        ("Tomo-e Gozen Scheduler", "another", False, True),  # anybody may write this name
    ],
)
def test_the_lock_is_its_own_or_the_schedules_by_recipe_and_not_by_name(
    scene, locked_by, recipe_id, of_schedule, refused
):
    known = scene.hardware
    known.locked, known.locked_by = True, locked_by
    known.locked_recipe, known.locked_by_schedule = recipe_id, of_schedule
    assert (SetTelescopeLock(False).refusal(scene.situation) is not None) is refused
