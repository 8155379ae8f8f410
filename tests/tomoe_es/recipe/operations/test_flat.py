import pytest

from tomoe_es.events.camera import ExposureRequested
from tomoe_es.recipe.operations.flat import Flat

FLAT = Flat("twilight_1s")


def test_asks_the_camera_for_a_flat(scene):
    (requested,) = FLAT.commands(scene.situation)
    assert isinstance(requested, ExposureRequested)
    assert (requested.data_type, requested.name) == ("FLAT", "twilight_1s")


@pytest.mark.parametrize(("sun_deg", "fit"), [(-2.9, False), (-3.0, True), (-9.0, True), (-9.1, False)])
def test_is_taken_in_twilight(scene, sun_deg, fit):
    scene.sun_altitude_deg = sun_deg
    assert (FLAT.refusal(scene.situation) is None) is fit


def test_is_refused_in_unsafe_weather(scene):
    scene.sun_altitude_deg, scene.weather_safe = -5.0, False
    assert FLAT.refusal(scene.situation) == "Flat needs weather_safe, but the weather is unsafe"
