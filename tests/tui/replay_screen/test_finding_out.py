"""Why: conditions that are searched for, events around, causes."""

from __future__ import annotations

import msgspec
import pytest
from textual.pilot import Pilot

from tests.tui.dashboard.hand_fed import COMPACT, WIDE, HandSetClock, said, settled, shown, title, until
from tests.tui.replay_screen.past_night import (
    event,
    log_of_the_story,
    position,
    press,
    replay,
    told,
    type_in,
)
from tui.replay_screen.app import ReplayApp
from tui.replay_screen.beside import EventsPanel

EXPOSURES = 'event.type == "ExposureRequested"'


async def searched(app: ReplayApp, pilot: Pilot[int], text: str) -> None:
    """Search, and wait for all places."""
    await type_in(app, pilot, "slash", text)
    await until(pilot, lambda: bool(told(app)) and "searching" not in told(app))
    await until(pilot, lambda: app.is_settled)


def test_a_condition_leads_to_its_first_place_and_n_and_shift_n_to_the_others() -> None:
    async def find(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await searched(app, pilot, EXPOSURES)
        assert position(app) == 29
        assert told(app) == f"/{EXPOSURES}   at place 1 of 6: n next, N the one before"
        await press(app, pilot, "n", "n", "N")
        assert told(app) == f"/{EXPOSURES}   at place 2 of 6: n next, N the one before"
        assert event(app) == "ExposureRequested"
        await press(app, pilot, "full_stop")
        await press(app, pilot, "N")
        assert told(app).startswith(f"/{EXPOSURES}   at place 2 of 6")

    replay(find)


def test_where_there_is_no_place_it_says_so_and_stays() -> None:
    async def find(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await searched(app, pilot, EXPOSURES)
        await press(app, pilot, "N")
        assert told(app) == f"no place before this, of 6: /{EXPOSURES}"
        assert position(app) == 29
        await searched(app, pilot, 'camera == "exposing" and dome.slit == "closed"')
        assert told(app).endswith("nowhere in this night")

    replay(find)


def test_a_condition_that_is_none_is_told() -> None:
    async def find(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await searched(app, pilot, "camra == 'exposing'")
        assert "did you mean 'camera'" in told(app)
        assert position(app) == 1

    replay(find)


def test_a_condition_that_is_none_leaves_the_search_before_as_it_was() -> None:
    async def find(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await searched(app, pilot, EXPOSURES)
        await type_in(app, pilot, "slash", "camra == 'exposing'")
        assert "did you mean 'camera'" in told(app)
        await press(app, pilot, "n")
        assert told(app) == f"/{EXPOSURES}   at place 2 of 6: n next, N the one before"

    replay(find)


def test_n_without_a_condition_says_how_to_give_one() -> None:
    async def find(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "n")
        assert told(app) == "nothing was searched for: / asks for a condition"

    replay(find)


def test_why_tells_the_causes_of_the_event_under_the_playhead() -> None:
    async def ask(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "G", "left_square_bracket", "w")
        assert title(app, "#why") == "w why it began with event 215, SkyBecameCloudy by test"
        assert [text.rstrip("…").rstrip() for text in said(app, "#why")[:3]] == [
            "›       216 16:44:56.000                        test         ViolationDetected"
            " name=CloudsStay thing=sky severity=ser",
            "        215 16:44:55.000 1.0 s before           test         SkyBecameCloudy"
            " sky_temperature_c=-5.0",
            "          1 16:40:00.000 evidence 4 min 56 s b… test         CodeRegistered version=0.1.0"
            " source_sha256=c0dec0dec0dec",
        ]
        await press(app, pilot, "j", "enter")
        assert event(app) == "SkyBecameCloudy"
        await press(app, pilot, "b")
        assert position(app) == 216
        await press(app, pilot, "w")
        assert "why" not in [panel.NAME for panel in shown(app)]

    replay(ask)


def test_events_around_the_playhead_are_chosen_gone_to_and_explained() -> None:
    async def look(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "G", "e")
        marked = [text for text in said(app, "#events") if "▶" in text]
        assert [text.split()[1] for text in marked] == ["217"]
        await press(app, pilot, "k", "enter")
        assert position(app) == 216
        await press(app, pilot, "k", "w")
        assert position(app) == 215
        assert title(app, "#why").startswith("w why it began with event 215")

    replay(look)


def test_the_event_under_the_playhead_is_chosen_also_when_it_is_known_before_the_panel_has_room() -> None:
    async def look(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "G")
        panel, view = app.query_one(EventsPanel), app.view
        assert view is not None
        assert panel.size.width == 0
        panel.put(msgspec.structs.replace(view, events=log_of_the_story().events[-5:]))
        app._beside = "events"
        app.arrange()
        await settled(app, pilot)
        assert panel.chosen_position == 217

    replay(look)


def test_why_of_a_chosen_alarm() -> None:
    async def ask(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "G", "9", "w")
        assert event(app) == "ViolationDetected"
        assert "why" in [panel.NAME for panel in shown(app)]

    replay(ask)


@pytest.mark.parametrize("size", [WIDE, COMPACT])
def test_the_panel_below_takes_the_lower_part_and_covers_nothing(size: tuple[int, int]) -> None:
    async def look(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "w")
        regions = [panel.region for panel in shown(app)]
        assert not any(a.overlaps(b) for place, a in enumerate(regions) for b in regions[:place])
        assert {"schedule", "executing", "why"} <= {panel.NAME for panel in shown(app)}
        await press(app, pilot, "escape")
        assert "why" not in {panel.NAME for panel in shown(app)}

    replay(look, size)


def test_keys_that_come_faster_than_the_screen_all_count() -> None:
    async def find(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await searched(app, pilot, EXPOSURES)
        await pilot.press("n", "n", "n")
        await until(pilot, lambda: app.is_settled)
        assert told(app).startswith(f"/{EXPOSURES}   at place 4 of 6")
        await pilot.press("space", "right_square_bracket", "w")
        await until(pilot, lambda: app.is_settled)
        assert event(app) == "ViolationDetected"
        assert "paused" in said(app, "#replay")[0]

    replay(find)
