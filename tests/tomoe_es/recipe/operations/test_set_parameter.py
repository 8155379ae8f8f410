from tomoe_es.recipe.operations.set_parameter import SetParameter


def test_sets_the_parameters_and_is_complete_at_once(scene):
    operation = SetParameter.parse({"gain": "low", "tinteg_sec": 1, "nframe": 180})
    settings = operation.settings(scene.situation)
    assert (settings.gain, settings.exposure_seconds, settings.frames) == ("low", 1.0, 180)
    assert operation.complete(scene.situation)
    assert operation.commands(scene.situation) == []


def test_text_for_screens():
    assert SetParameter("high", 0.5, 18).text() == "SetParameter gain high tinteg_sec 0.5 nframe 18"
