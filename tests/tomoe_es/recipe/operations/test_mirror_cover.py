import pytest

from tomoe_es.events.telescope import MirrorCoverCommanded, MirrorCoverRead
from tomoe_es.recipe.operations.mirror_cover import MirrorCover


def test_the_command_to_close_is_given_also_when_it_is_closed(scene):
    scene.reads("mirror_cover", MirrorCoverRead(state="closed"))
    assert MirrorCover("close").commands(scene.situation) == [
        MirrorCoverCommanded(action="close", reason="recipe of T. Morokuma")
    ]


@pytest.mark.parametrize(
    ("action", "state", "complete"),
    [
        ("open", "opening", True),
        ("open", "open", True),
        ("open", "closed", False),
        ("open", "closing", False),
        ("close", "closing", True),
        ("close", "closed", True),
        ("close", "open", False),
        ("close", "fault", False),
    ],
)
def test_is_complete_when_the_switches_show_that_it_obeys(scene, action, state, complete):
    scene.reads("mirror_cover", MirrorCoverRead(state=state))
    assert MirrorCover(action).complete(scene.situation) is complete


def test_is_not_complete_by_a_reading_from_before_it_began(scene):
    scene.reads("mirror_cover", MirrorCoverRead(state="open"), at=scene.started - 1)
    assert not MirrorCover("open").complete(scene.situation)


def test_opening_is_refused_in_unsafe_weather_and_closing_is_not(scene):
    scene.weather_safe = False
    refusal = MirrorCover("open").refusal(scene.situation)
    assert refusal == "MirrorCover needs weather_safe, but the weather is unsafe"
    assert MirrorCover("close").refusal(scene.situation) is None
