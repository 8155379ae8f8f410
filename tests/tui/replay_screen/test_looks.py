"""The replay screen looks like the live one, and nobody can take it for that."""

from __future__ import annotations

import asyncio
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Static

from projections.overview_model import Overview
from replay.night import Identity
from tests.projections.night_story import NIGHT
from tests.tui.dashboard import hand_fed
from tests.tui.dashboard.hand_fed import COMPACT, REAL_NOW, WIDE, HandSetClock, said, shown, title, until
from tests.tui.replay_screen.past_night import CODE, DIGEST, StorySource, press, replay
from tomoe_es.errors import LogUnavailable
from tui.dashboard.app import DashboardApp
from tui.dashboard.commands import Commands
from tui.dashboard.lines import plain
from tui.replay_screen import picture
from tui.replay_screen.app import ReplayApp
from tui.replay_screen.bar import BarState, moment_line
from tui.replay_screen.moves import Place
from tui.replay_screen.player import FASTEST

BOTH_SIZES = pytest.mark.parametrize("size", [WIDE, COMPACT])
PANELS = ("schedule", "executing", "queue", "pool", "history", "hardware", "weather", "chips", "violations")


def test_the_top_lines_say_replay_night_moment_position_speed_event_and_log_at_120_columns() -> None:
    async def look(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "x")
        assert said(app, "#replay") == [
            " REPLAY  night 2023-12-12  JST 16:40:22  UTC 07:40:22  event 29 of 217  13.0 %  paused x60",
            " 29 16:40:22.000 test ExposureRequested exposure_number=1 name=field1_dith1 data_type=DARK"
            " gain=high … log 0123456789ab",
        ]

    replay(look)


def test_the_top_lines_at_80_columns() -> None:
    async def look(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "x")
        assert said(app, "#replay") == [
            " REPLAY  2023-12-12  JST 16:40:22 UTC 07:40:22  #29  13.0 % ‖ x60",
            " 29 16:40:22.000 test ExposureRequested exposure_number=1 nam… log 0123456789ab",
        ]
        await press(app, pilot, "space")
        assert said(app, "#replay")[0].endswith("▶ x60")

    replay(look, COMPACT)


def test_the_longest_that_the_first_line_says_fits_80_columns() -> None:
    async def look(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        assert app.view is not None
        identity = Identity(NIGHT, 1, 1_999_999, DIGEST, CODE, CODE)
        view = msgspec.structs.replace(app.view, place=Place(1_999_999, REAL_NOW))
        for plays, way in ((False, None), (True, None), (False, 1.0)):
            state = BarState(identity=identity, view=view, plays=plays, speed=FASTEST, on_the_way=way)
            assert cell_len(plain(moment_line(state, COMPACT[0]))) <= COMPACT[0]

    replay(look, COMPACT)


@BOTH_SIZES
def test_every_panel_says_what_the_live_one_says_of_the_same_moment(size: tuple[int, int]) -> None:
    told: dict[str, dict[str, list[str]]] = {}
    overviews: list[Overview] = []

    def note(app: ReplayApp | DashboardApp, name: str) -> None:
        told[name] = {panel.NAME: [title(app, f"#{panel.NAME}")] for panel in shown(app)}
        for panel, lines in told[name].items():
            lines += said(app, f"#{panel}")

    async def replayed(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "G")
        assert app.view is not None
        overviews.append(app.view.overview)
        note(app, "replayed")

    async def live(app: DashboardApp, pilot: Pilot[int], source: hand_fed.HandFedSource) -> None:
        source.overview = overviews[0]
        source.written += 1
        await hand_fed.until(
            pilot, lambda: app.moment is not None and app.moment.overview.position == overviews[0].position
        )
        await hand_fed.settled(app, pilot)
        note(app, "live")

    replay(replayed, size)
    hand_fed.play(live, size)
    assert set(told["replayed"]) == set(told["live"]) <= set(PANELS)
    for panel, lines in told["replayed"].items():  # replay has a line or two less room
        assert len(lines) > 1
        assert lines == told["live"][panel][: len(lines)]


@BOTH_SIZES
def test_its_frames_are_of_another_form_and_colour_than_the_live_ones(size: tuple[int, int]) -> None:
    forms: dict[str, set[tuple[str, str]]] = {}

    def note(app: ReplayApp | DashboardApp, name: str) -> None:
        tops = [panel.styles.border_top for panel in shown(app) if not panel.has_class("alarm")]
        forms[name] = {(kind, colour.hex) for kind, colour in tops}

    async def replayed(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        note(app, "replayed")

    async def live(app: DashboardApp, pilot: Pilot[int], source: hand_fed.HandFedSource) -> None:
        note(app, "live")

    replay(replayed, size)
    hand_fed.play(live, size)
    assert {kind for kind, _ in forms["replayed"]}.isdisjoint(kind for kind, _ in forms["live"])
    assert {colour for _, colour in forms["replayed"]}.isdisjoint(colour for _, colour in forms["live"])


def test_what_acts_on_the_telescope_or_writes_to_the_log_is_not_there() -> None:
    async def look(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        live = {
            binding for binding in DashboardApp.BINDINGS if getattr(binding, "key", "") in ("a", "m", "E")
        }
        assert len(live) == 3
        for binding in live:
            assert not hasattr(app, f"action_{binding.action}")  # type: ignore[union-attr]
            assert binding.key not in app.active_bindings  # type: ignore[union-attr]
        before = said(app, "#replay")
        await press(app, pilot, "9", "a", "m", "E")
        assert len(app.screen_stack) == 1
        assert said(app, "#replay") == before
        assert "EMERGENCY" not in said(app, "#keys")[0]
        assert not {name for name in dir(app) if name in Commands.__dict__ and not name.startswith("_")}

    replay(look)


def test_the_keys_fit_both_widths() -> None:
    async def look(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        assert said(app, "#keys")[0].endswith("? help  q quit")

    for size in (WIDE, COMPACT):
        replay(look, size)


def test_the_panels_at_80_columns_are_the_essential_ones_above_the_timeline() -> None:
    async def look(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        names = [panel.NAME for panel in shown(app)]
        assert names == ["schedule", "executing", "queue", "hardware", "weather", "violations"]
        assert [text[:9] for text in said(app, "#timeline")] == [" alarms  ", " recipes ", " sky     "]

    replay(look, COMPACT)


@pytest.mark.parametrize("size", [(79, 24), (80, 13), (20, 5)])
def test_a_terminal_in_which_it_would_be_cut_off_is_told_which_size_it_needs(size: tuple[int, int]) -> None:
    async def look(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "x", "w")
        await pilot.resize_terminal(*size)
        await until(pilot, lambda: drawn(app)[0].startswith("REPLAY needs 80 x"))
        words = " ".join(" ".join(drawn(app)).split())
        has = f"this terminal has {size[0]} x {size[1]}: enlarge it; q quits"
        assert words == f"REPLAY needs 80 x 14; {has}"
        await pilot.resize_terminal(*COMPACT)
        await until(pilot, lambda: drawn(app)[0].startswith(" REPLAY  2023-12-12"))
        assert "REPLAY needs" not in " ".join(drawn(app))

    replay(look, COMPACT)


def drawn(app: ReplayApp) -> list[str]:
    """The lines of the terminal."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


def test_without_colours_it_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def look(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await press(app, pilot, "space", "e", "w", "question_mark", "escape")
        assert said(app, "#replay")[0].startswith(" REPLAY  night 2023-12-12")
        assert "REPLAY" in app.export_screenshot()

    replay(look)


def test_the_help_says_which_log_this_is() -> None:
    async def look(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        await pilot.press("question_mark")
        assert "REPLAY" in str(app.screen.query_one("#sheet").border_title)
        lines = ["".join(piece for piece, _ in each) for each in app.screen.lines]  # type: ignore[attr-defined]
        assert "log   last event sha256:0123456789abcdef" in lines
        await pilot.press("escape")
        await pilot.press("q")

    assert replay(look) == 0


def test_a_log_that_cannot_be_read_is_told() -> None:
    async def look(app: ReplayApp, pilot: Pilot[int], clock: HandSetClock) -> None:
        banner = app.screen_stack[0].query_one("#banner", Static)
        assert str(banner.content) == "CAN'T REPLAY: the log is empty: run a night first"
        assert said(app, "#replay")[0] == " REPLAY  opening the log …"
        await pilot.press("space", "full_stop", "n", "w", "question_mark", "escape", "q")

    assert replay(look, error=LogUnavailable("the log is empty: run a night first")) == 0
    assert StorySource().log.head() == 217


def test_the_picture_is_an_svg_of_the_place_after_the_keys() -> None:
    svg = asyncio.run(picture.draw(StorySource(), HandSetClock(REAL_NOW), "exposure:1", ["w"]))
    text = "".join(ElementTree.fromstring(svg).itertext())
    assert "REPLAY" in text
    assert "w why it began with event 29" in text


def test_a_picture_needs_a_night(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert picture.main([str(tmp_path), str(tmp_path / "out.svg"), "start"]) == 1
    assert "CAN'T REPLAY" in capsys.readouterr().err
    assert picture.main([]) == 2
