import pytest

from tomoe_es.events.telescope import DomeSlitCommanded, DomeSlitRead
from tomoe_es.recipe.operations.dome_slit import DomeSlit


def test_the_command_to_close_is_given_also_when_it_is_closed(scene):
    scene.reads("dome_slit", DomeSlitRead(state="closed"))
    assert DomeSlit("close").commands(scene.situation) == [
        DomeSlitCommanded(action="close", reason="recipe of T. Morokuma")
    ]


@pytest.mark.parametrize(("state", "complete"), [("opening", True), ("open", True), ("closed", False)])
def test_is_complete_when_the_switches_show_that_it_opens(scene, state, complete):
    scene.reads("dome_slit", DomeSlitRead(state=state))
    assert DomeSlit("open").complete(scene.situation) is complete


def test_opening_is_refused_in_unsafe_weather(scene):
    scene.weather_safe = False
    refusal = DomeSlit("open").refusal(scene.situation)
    assert refusal == "DomeSlit needs weather_safe, but the weather is unsafe"


def test_opening_is_refused_while_the_sun_is_up(scene):
    scene.sun_altitude_deg = 2.0
    refusal = DomeSlit("open").refusal(scene.situation)
    assert refusal == "DomeSlit needs sun_down, but the Sun is at +2.0 deg"


def test_closing_is_refused_for_neither(scene):
    scene.weather_safe, scene.sun_altitude_deg = False, 2.0
    assert DomeSlit("close").refusal(scene.situation) is None


def test_fails_when_the_slit_reads_fault(scene):
    scene.reads("dome_slit", DomeSlitRead(state="fault"))
    assert DomeSlit("close").failure(scene.situation) == (
        "the dome slit reads 'fault' (at 2023-12-12T12:00:00 UTC)"
    )
