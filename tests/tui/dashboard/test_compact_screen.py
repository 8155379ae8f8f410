"""The essential panels at 80 x 24, word for word; the others come by their number."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui.dashboard.a_night import NOW, an_overview
from tests.tui.dashboard.hand_fed import COMPACT, HandFedSource, play, said, settled, shown, title
from tui.dashboard.app import DashboardApp
from tui.dashboard.lines import plain
from tui.dashboard.moment import Moment
from tui.dashboard.status_bar import status_line


def test_the_essential_panels_are_in_sight() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert [panel.NAME for panel in shown(app)] == [
            "schedule",
            "executing",
            "queue",
            "hardware",
            "weather",
            "violations",
        ]
        assert said(app, "#status") == [
            " 2023-12-12  UTC 11:20:31  JST 20:20:31  log 123,457  event just now  sim"
        ]
        assert title(app, "#schedule") == "1 schedule  calibration 16:50  start 18:20  end 05:40 JST"
        assert said(app, "#schedule") == [
            " OBSERVING since 18:20  queue running since 19:41: sky clear for 10 min"
        ]
        assert said(app, "#executing") == [
            " T. Morokuma | All-Sky Survey",
            " 11 of 17  Exposure: J0118+2942_dith2",
            " for 6 s, limit 40 s",
        ]
        assert said(app, "#weather") == [
            " SAFE, clear  since 18:02",
            " no rain, wind 3.2 m/s from W",
            " humidity 45 %, sky -21.6 °C",
        ]
        assert len(said(app, "#queue")) == len(said(app, "#hardware")) == 8
        assert said(app, "#hardware")[4] == " !focus         no reading for 9… 95 s"
        assert said(app, "#violations")[0] == (
            " !20:19 SERIOUS  ReadingStale focus: no reading for 60 s: the device is taken…"
        )
        assert said(app, "#keys") == [
            " 1-9 panel  enter detail  a ack  m mute  / search  ? help  q quit  E EMERGENCY"
        ]

    play(look, COMPACT)


@pytest.mark.parametrize(
    ("lines", "panels"),
    [
        (20, ["schedule", "executing", "queue", "hardware", "weather", "violations"]),
        (18, ["schedule", "executing", "weather", "violations"]),
        (12, ["schedule", "violations"]),
        (6, ["violations"]),
    ],
)
def test_on_few_lines_the_state_the_alarms_and_how_to_stop_stay(lines: int, panels: list[str]) -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert [panel.NAME for panel in shown(app)] == panels
        assert all(panel.size.height >= 1 for panel in shown(app))
        assert sum(panel.outer_size.height for panel in shown(app) if panel.region.x == 0) == lines - 2
        assert "ReadingStale" in said(app, "#violations")[0]
        assert said(app, "#keys")[0].endswith("q quit  E EMERGENCY")
        if "schedule" in panels:
            assert said(app, "#schedule")[0].startswith(" OBSERVING since 18:20")

    play(look, (80, lines))


@pytest.mark.parametrize(("width", "ends_with"), [(80, "sim"), (90, "sim x129000")])
def test_the_pace_is_told_whole_or_not_at_all(width: int, ends_with: str) -> None:
    moment = Moment(overview=an_overview(), now_us=NOW, silent_seconds=14.0, pace=129000.0, condition="live")
    told = plain(status_line(moment, width))
    assert len(told) <= width
    assert told.endswith(ends_with)


def test_a_narrow_screen_leaves_keys_to_the_help_and_never_how_to_stop() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert said(app, "#keys") == [" enter detail  a ack  ? help  q quit  E EMERGENCY"]

    play(look, (50, 24))


def test_a_panel_that_is_not_in_sight_comes_by_its_number() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        for key, name in (("4", "pool"), ("5", "history"), ("8", "chips")):
            await pilot.press(key)
            await settled(app, pilot)
            assert [panel.NAME for panel in shown(app)] == [name]
        assert said(app, "#chips")[7].split()[:4] == ["105", "A", "104", "A"]
        await pilot.press("8")
        await settled(app, pilot)
        assert len(shown(app)) == 6

    play(press, COMPACT)


def test_a_terminal_that_grows_shows_all_panels_and_counters_and_one_that_shrinks_does_not() -> None:
    async def grow(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert not app.query_one("#counters").display
        await pilot.resize_terminal(120, 36)
        await settled(app, pilot)
        assert len(shown(app)) == 9
        assert app.query_one("#counters").display
        await pilot.resize_terminal(80, 20)
        await settled(app, pilot)
        assert len(shown(app)) == 6
        assert not app.query_one("#counters").display

    play(grow, COMPACT)
