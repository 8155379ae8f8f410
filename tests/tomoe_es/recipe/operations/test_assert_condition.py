from tomoe_es.events.telescope import DomeSlitRead
from tomoe_es.recipe.operations.assert_condition import Assert

SLIT_OPEN = Assert(("domeslit_open",))


def test_is_complete_when_the_condition_holds(scene):
    assert SLIT_OPEN.complete(scene.situation)
    assert SLIT_OPEN.failure(scene.situation) is None


def test_fails_at_once_when_it_does_not_hold(scene):
    scene.reads("dome_slit", DomeSlitRead(state="opening"))
    assert SLIT_OPEN.failure(scene.situation) == (
        "domeslit_open does not hold: the dome slit reads 'opening' (at 2023-12-12T12:00:00 UTC)"
    )


def test_waits_for_a_reading_of_its_own_time(scene):
    scene.reads("dome_slit", DomeSlitRead(state="closed"), at=scene.started - 1)
    assert not SLIT_OPEN.complete(scene.situation)
    assert SLIT_OPEN.failure(scene.situation) is None


def test_fails_when_the_device_does_not_answer(scene):
    scene.hardware.unreachable["dome_slit"] = "timeout"
    assert SLIT_OPEN.failure(scene.situation) == (
        "domeslit_open does not hold: the dome slit does not answer (timeout)"
    )


def test_judges_what_has_no_device_too(scene):
    scene.weather_safe = False
    assert Assert(("weather_safe",)).failure(scene.situation) == (
        "weather_safe does not hold: the weather is unsafe"
    )
