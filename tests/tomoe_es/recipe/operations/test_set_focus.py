from tomoe_es.clock import SECOND
from tomoe_es.events.telescope import FocusCommanded, FocusRead
from tomoe_es.recipe.operations.set_focus import SetFocus


def test_commands_the_focus(scene):
    assert SetFocus(28.13).commands(scene.situation) == [FocusCommanded(position_mm=28.13)]


def test_is_complete_when_the_encoder_stands_at_the_position(scene):
    scene.reads("focus", FocusRead(position_mm=28.135, state="still"))
    assert SetFocus(28.13).complete(scene.situation)


def test_is_not_complete_while_the_focus_moves(scene):
    scene.reads("focus", FocusRead(position_mm=28.13, state="moving"))
    assert not SetFocus(28.13).complete(scene.situation)


def test_is_not_complete_by_a_reading_from_before_it_began(scene):
    scene.reads("focus", FocusRead(position_mm=28.13, state="still"), at=scene.started - 1)
    assert not SetFocus(28.13).complete(scene.situation)


def test_is_refused_while_the_telescope_is_locked(scene):
    scene.hardware.locked, scene.hardware.locked_by, scene.hardware.locked_why = True, "S. Sako", "dome crane"
    assert SetFocus(28.13).refusal(scene.situation) == (
        "SetFocus needs telescope_unlocked, but the telescope is locked by S. Sako: dome crane"
    )


def test_fails_when_the_focus_reads_fault(scene):
    scene.reads("focus", FocusRead(position_mm=1.0, state="fault"))
    assert SetFocus(28.13).failure(scene.situation) == "the focus reads 'fault' (at 2023-12-12T12:00:00 UTC)"


def test_fails_when_the_focus_refuses_its_command(scene):
    scene.hardware.command_failed["focus"] = (scene.started + SECOND, "limit switch")
    assert SetFocus(28.13).failure(scene.situation) == "the focus refused its command: limit switch"


def test_an_older_refusal_does_not_count(scene):
    scene.hardware.command_failed["focus"] = (scene.started - SECOND, "limit switch")
    assert SetFocus(28.13).failure(scene.situation) is None
