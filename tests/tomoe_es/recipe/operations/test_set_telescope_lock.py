from tomoe_es.events.telescope import TelescopeLockReleased, TelescopeLockSet
from tomoe_es.recipe.operations.set_telescope_lock import SetTelescopeLock


def test_sets_the_lock(scene):
    assert SetTelescopeLock(True).commands(scene.situation) == [
        TelescopeLockSet(who="T. Morokuma", why="All-Sky Survey")
    ]


def test_releases_the_lock(scene):
    assert SetTelescopeLock(False).commands(scene.situation) == [
        TelescopeLockReleased(who="T. Morokuma", why="All-Sky Survey")
    ]


def test_is_complete_when_the_lock_is_as_asked(scene):
    assert not SetTelescopeLock(True).complete(scene.situation)
    scene.hardware.locked = True
    assert SetTelescopeLock(True).complete(scene.situation)


def test_does_not_release_the_lock_of_somebody_else(scene):
    scene.hardware.locked, scene.hardware.locked_by, scene.hardware.locked_why = True, "S. Sako", "dome crane"
    assert SetTelescopeLock(False).refusal(scene.situation) == (
        "the telescope is locked by S. Sako: dome crane; only S. Sako may release it"
    )


def test_releases_its_own_lock_and_the_one_that_ended_the_day(scene):
    for locked_by in ("T. Morokuma", ""):
        scene.hardware.locked, scene.hardware.locked_by = True, locked_by
        assert SetTelescopeLock(False).refusal(scene.situation) is None
