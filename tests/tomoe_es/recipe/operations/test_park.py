from tomoe_es.events.telescope import MountParkCommanded
from tomoe_es.recipe.operations.park import Park


def test_commands_the_mount(scene):
    assert Park().commands(scene.situation) == [MountParkCommanded(reason="recipe of T. Morokuma")]


def test_is_complete_when_the_mount_reads_parked(scene):
    scene.reads_mount("parking")
    assert not Park().complete(scene.situation)
    scene.reads_mount("parked")
    assert Park().complete(scene.situation)


def test_is_refused_while_the_telescope_is_locked(scene):
    scene.hardware.locked = True
    assert Park().refusal(scene.situation) == "Park needs telescope_unlocked, but the telescope is locked"
