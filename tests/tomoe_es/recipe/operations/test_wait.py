from tomoe_es.events.telescope import MirrorCoverRead
from tomoe_es.recipe.operations.wait import Wait

BOTH = Wait(("pointing", "mirrorcover_open"))


def test_a_scalar_with_commas_and_a_list_are_the_same():
    assert Wait.parse("pointing, mirrorcover_open") == Wait.parse(["pointing", "mirrorcover_open"]) == BOTH


def test_is_complete_when_all_conditions_hold(scene):
    assert BOTH.complete(scene.situation)


def test_is_not_complete_while_one_does_not_hold(scene):
    scene.reads("mirror_cover", MirrorCoverRead(state="opening"))
    assert not BOTH.complete(scene.situation)


def test_is_not_complete_by_readings_from_before_it_began(scene):
    scene.reads("mirror_cover", MirrorCoverRead(state="open"), at=scene.started - 1)
    assert not BOTH.complete(scene.situation)


def test_takes_as_long_as_its_slowest_condition(scene):
    assert BOTH.time_limit_seconds(scene.situation) == 300.0


def test_fails_when_a_device_of_its_conditions_reads_fault(scene):
    scene.reads("mirror_cover", MirrorCoverRead(state="fault"))
    failure = BOTH.failure(scene.situation)
    assert failure == "the mirror cover reads 'fault' (at 2023-12-12T12:00:00 UTC)"


def test_says_what_it_waits_for(scene):
    scene.reads("mirror_cover", MirrorCoverRead(state="opening"))
    assert Wait(("mirrorcover_open",)).shows(scene.situation) == (
        "mirrorcover_open: the mirror cover reads 'opening' (at 2023-12-12T12:00:00 UTC)"
    )
