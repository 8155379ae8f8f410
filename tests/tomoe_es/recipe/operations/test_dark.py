from tomoe_es.events.camera import ExposureRequested
from tomoe_es.events.telescope import MirrorCoverRead
from tomoe_es.recipe.operations.dark import Dark


def test_asks_the_camera_for_a_dark(scene):
    (requested,) = Dark("dark_0.5s").commands(scene.situation)
    assert isinstance(requested, ExposureRequested)
    assert (requested.data_type, requested.name, requested.pipeline) == ("DARK", "dark_0.5s", [])


def test_needs_the_mirror_cover_closed(scene):
    refusal = Dark("dark").refusal(scene.situation)
    assert refusal is not None
    assert refusal.startswith("Dark needs mirrorcover_closed, but the mirror cover reads 'open'")


def test_is_taken_in_any_weather_under_lock_by_day(scene):
    scene.reads("mirror_cover", MirrorCoverRead(state="closed"))
    scene.weather_safe, scene.sun_altitude_deg, scene.hardware.locked = False, 30.0, True
    assert Dark("dark").refusal(scene.situation) is None


def test_is_refused_without_parameters(scene):
    scene.reads("mirror_cover", MirrorCoverRead(state="closed"))
    scene.set(frames=0)
    assert Dark("dark").refusal(scene.situation) == "no SetParameter came before it"
