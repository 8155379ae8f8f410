"""The essential panels at 80 x 24, word for word; the others come by their number."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.dashboard.hand_fed import COMPACT, HandFedSource, play, said, settled, shown, title
from tui.dashboard.app import DashboardApp


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


def test_a_terminal_that_grows_shows_all_panels() -> None:
    async def grow(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.resize_terminal(120, 36)
        await settled(app, pilot)
        assert len(shown(app)) == 9

    play(grow, COMPACT)
