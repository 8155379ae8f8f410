"""Through the night: steps, playing, places that are typed."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.projections.night_story import START
from tests.tui.dashboard.hand_fed import HandSetClock, said, until
from tests.tui.replay_screen.past_night import event, position, press, replay, told, type_in
from tomoe_es.clock import SECOND
from tui.dashboard.lines import plain
from tui.dashboard.sheet import Sheet
from tui.replay_screen.app import ReplayApp
from tui.replay_screen.strip import Timeline


@pytest.mark.parametrize(
    ("keys", "type_of_event"),
    [
        ("full_stop", "NightPlanned"),
        ("full_stop full_stop comma", "NightPlanned"),
        ("o", "OperationStarted"),
        ("x", "ExposureRequested"),
        ("r", "RecipeStarted"),
        ("G R", "RecipeStarted"),
        ("G O", "OperationStarted"),
        ("G X", "ExposureRequested"),
        ("right_square_bracket", "ViolationDetected"),
        ("G left_square_bracket", "ViolationDetected"),
        ("G", "SkyBecameClear"),
        ("G g", "CodeRegistered"),
    ],
)
def test_a_key_leads_to_an_event(keys: str, type_of_event: str) -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, *keys.split())
        assert event(app) == type_of_event

    replay(go)


def test_steps_that_come_faster_than_the_screen_are_all_made() -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await pilot.press(*["full_stop"] * 20)
        await until(pilot, lambda: app.is_settled)
        assert position(app) == 21

    replay(go)


@pytest.mark.parametrize(
    ("keys", "end"),
    [("G full_stop", "end"), ("g comma", "start"), ("G space", "end")],
)
def test_a_step_past_an_end_of_the_night_says_so(keys: str, end: str) -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, *keys.split())
        assert f"{end} of the night" in told(app)

    replay(go)


@pytest.mark.parametrize("key", ["space", "greater_than_sign"])
def test_what_was_told_is_over_with_the_next_key(key: str) -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "g", "comma")
        assert told(app)
        await press(app, pilot, key)
        assert told(app) == ""

    replay(go)


def test_the_timeline_has_the_width_of_the_screen_after_a_resize_while_it_pauses() -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        timeline = app.screen_stack[0].query_one(Timeline)
        for width in (130, 3, 80):
            await pilot.resize_terminal(width, 30)
            await pilot.pause()
        assert len(plain(timeline._lines[0])) >= 79

    replay(go)


def test_there_and_back_again() -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "full_stop", "G", "left_square_bracket", "b")
        assert position(app) == 217
        await press(app, pilot, "b", "b", "b")
        assert position(app) == 2

    replay(go)


def test_a_step_that_leads_nowhere_is_told_and_escape_takes_it_away() -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "R")
        assert told(app) == "there is no recipe before this in the night"
        assert position(app) == 1
        await press(app, pilot, "escape")
        assert told(app) == ""

    replay(go)


@pytest.mark.parametrize(
    ("key", "text", "at"),
    [
        ("colon", "100", 100),
        ("colon", "50%", 109),
        ("percent_sign", "50", 109),
        ("percent_sign", "100%", 217),
        ("colon", "exposure:1", 29),
        ("colon", "violation:CloudsStay", 216),
        ("colon", "end", 217),
        ("colon", "16:40", 3),
    ],
)
def test_a_place_that_is_typed(key: str, text: str, at: int) -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await type_in(app, pilot, key, text)
        assert position(app) == at

    replay(go)


def test_a_place_that_is_none_is_told_with_the_forms() -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await type_in(app, pilot, "colon", "nowhere")
        assert told(app).startswith("'nowhere' is no place in a night")
        assert position(app) == 1

    replay(go)


def test_escape_leaves_what_is_asked() -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await pilot.press("colon", "5", "0", "%", "escape")
        assert not app.query_one("#ask").has_class("asked")
        await press(app, pilot, "full_stop")
        assert position(app) == 2

    replay(go)


def plays_to(app: ReplayApp, time_us: int) -> bool:
    """Tell whether this moment is shown; if not, let it show what is due by the clock."""
    if app.is_settled and app.view is not None and app.view.place.time_us == time_us:
        return True
    app.tick()
    return False


def test_it_plays_by_the_clock_at_its_speed_and_pauses() -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "g", "space")
        clock.forward(0.5)
        await until(pilot, lambda: plays_to(app, START + 30 * SECOND))
        assert app.view is not None
        assert "  plays x60" in said(app, "#replay")[0]
        assert "JST 16:40:30" in said(app, "#replay")[0]
        await press(app, pilot, "space")
        clock.forward(60)
        app.tick()
        await until(pilot, lambda: app.is_settled)
        assert app.view.place.time_us == START + 30 * SECOND
        assert "  paused x60" in said(app, "#replay")[0]

    replay(go)


def test_a_step_pauses_and_a_jump_plays_on_from_there() -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "space", "x")
        clock.forward(0.1)
        await until(pilot, lambda: plays_to(app, START + 28 * SECOND))
        await press(app, pilot, "full_stop")
        assert "paused" in said(app, "#replay")[0]

    replay(go)


def test_it_stops_at_the_end_of_the_night() -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "space")
        clock.forward(3600)
        app.tick()
        await until(pilot, lambda: app.is_settled and position(app) == 217)
        assert "paused" in said(app, "#replay")[0]

    replay(go)


def test_speeds_by_key_and_typed() -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        seen = []
        for key in ("greater_than_sign", "less_than_sign", "less_than_sign"):
            await press(app, pilot, key)
            seen.append(said(app, "#replay")[0].rpartition(" ")[2])
        await type_in(app, pilot, "colon", "x250")
        seen.append(said(app, "#replay")[0].rpartition(" ")[2])
        assert seen == ["x120", "x60", "x30", "x250"]
        assert position(app) == 1

    replay(go)


def test_a_minute_on_and_a_tenth_of_the_night_back() -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "right", "right")
        assert app.view is not None
        assert app.view.place.time_us == START + 120 * SECOND
        await press(app, pilot, "left", "shift+left")
        assert app.view.place.time_us == START

    replay(go)


def test_a_recipe_is_told_as_far_as_it_had_come() -> None:
    async def go(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "x", "2", "enter")
        sheet = app.screen
        assert isinstance(sheet, Sheet)

        def lines() -> list[str]:
            return ["".join(piece for piece, _ in each).rstrip() for each in sheet.lines]

        await until(pilot, lambda: any("Pointing" in each for each in lines()))
        assert [each.split()[1] for each in lines()[-2:]] == ["done", "running"]

    replay(go)
