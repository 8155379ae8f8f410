import pytest

from tomoe_es.events.telescope import DomeRotationCommanded, MountSlewCommanded
from tomoe_es.recipe.operation import Settings
from tomoe_es.recipe.operations.pointing import Pointing
from tomoe_es.scheduling.sky import horizontal

TARGET = Pointing(45.0, 20.0)


@pytest.fixture
def slewing(scene):
    """The pointing has begun, and the mount shows it."""
    scene.settings = TARGET.settings(scene.situation)
    scene.reads_mount("slewing", 45.0, 20.0)
    return scene


def test_commands_mount_and_dome_to_the_target(scene):
    azimuth_deg = horizontal(45.0, 20.0, scene.now).azimuth_deg
    assert TARGET.commands(scene.situation) == [
        MountSlewCommanded(ra_deg=45.0, dec_deg=20.0),
        DomeRotationCommanded(azimuth_deg=azimuth_deg),
    ]


def test_sets_the_recipe_s_target(scene):
    scene.settings = Settings()
    settings = TARGET.settings(scene.situation)
    assert (settings.target_ra_deg, settings.target_dec_deg, settings.pointed_at) == (45.0, 20.0, scene.now)


def test_is_complete_when_the_mount_slews_to_it(slewing):
    assert TARGET.complete(slewing.situation)


def test_is_not_complete_while_the_mount_names_another_target(slewing):
    slewing.reads_mount("slewing", 45.0, 20.01)
    assert not TARGET.complete(slewing.situation)


def test_is_not_complete_by_a_reading_from_before_it_began(slewing):
    slewing.reads_mount("slewing", 45.0, 20.0, at=slewing.started - 1)
    assert not TARGET.complete(slewing.situation)


def test_is_not_complete_when_the_mount_stays_parked(slewing):
    slewing.reads_mount("parked", 45.0, 20.0)
    assert not TARGET.complete(slewing.situation)


def test_is_refused_below_20_degrees(scene):
    refusal = Pointing(250.0, 10.0).refusal(scene.situation)
    assert refusal is not None
    assert "below the limit of 20 deg" in refusal


def test_is_refused_while_the_telescope_is_locked(scene):
    scene.hardware.locked = True
    refusal = TARGET.refusal(scene.situation)
    assert refusal == "Pointing needs telescope_unlocked, but the telescope is locked"


def test_is_refused_when_the_dome_does_not_answer(scene):
    scene.hardware.unreachable["dome_rotation"] = "timeout"
    assert TARGET.refusal(scene.situation) == "the dome rotation does not answer (timeout)"


def test_fails_when_the_connection_drops(slewing):
    slewing.hardware.unreachable["mount"] = "connection reset"
    assert TARGET.failure(slewing.situation) == "the mount does not answer (connection reset)"


def test_text_for_screens():
    assert Pointing(19.7498221, 29.7107127).text() == "Pointing ra 19.7498 dec +29.7107"
