"""Each key does what the help says."""

from __future__ import annotations

from typing import Literal

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from projections.causal_chain import Link
from tests.tui.dashboard.a_night import NOW, alarm, at, identity
from tests.tui.dashboard.hand_fed import HandFedSource, play, read, said, settled, shown, title, until
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import MirrorCoverRead
from tomoe_es.reduction.unsolved_causes import CAUSES
from tui.dashboard.app import DashboardApp
from tui.dashboard.history import HistoryPanel
from tui.dashboard.lines import plain
from tui.dashboard.panel import Panel, RowsPanel
from tui.dashboard.recipe_operations import OperationProgress, RecipeProgress
from tui.dashboard.sheet import Sheet


def link(depth: int, position: int, state: Literal["open", "closed"]) -> Link:
    event = MirrorCoverRead(state=state)
    return Link(depth, Recorded(position, "mirror_cover", 1, at(7, 40), 0, 0, 0, "mirror cover", event))


def focused(app: DashboardApp) -> RowsPanel:
    assert isinstance(app.focused, RowsPanel)
    return app.focused


def on_sheet(app: DashboardApp) -> list[str]:
    assert isinstance(app.screen, Sheet)
    return [plain(text).rstrip() for text in app.screen.lines]


@pytest.mark.parametrize("number", range(1, 10))
def test_a_number_enlarges_a_panel_and_again_shows_all(number: int) -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press(str(number))
        await settled(app, pilot)
        assert [panel.NUMBER for panel in shown(app)] == [number]
        assert isinstance(app.focused, Panel)
        assert number == app.focused.NUMBER
        await pilot.press(str(number))
        await settled(app, pilot)
        assert len(shown(app)) == 9

    play(press)


@pytest.mark.parametrize("key", ["escape", "0"])
def test_escape_and_0_show_all_panels(key: str) -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("3", key)
        await settled(app, pilot)
        assert len(shown(app)) == 9

    play(press)


def test_tab_goes_to_the_next_panel_and_shift_tab_to_the_one_before() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        seen = []
        for key in ("tab", "tab", "tab", "shift+tab"):
            await pilot.press(key)
            assert isinstance(app.focused, Panel)
            seen.append(app.focused.NAME)
        assert seen == ["schedule", "executing", "queue", "executing"]

    play(press)


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        ("j", 1),
        ("down", 1),
        ("j j k", 1),
        ("j j up", 1),
        ("k", 0),
        ("end", 12),
        ("G", 12),
        ("end j", 12),
        ("end home", 0),
        ("end g", 0),
        ("pagedown", 2),
        ("end pageup", 10),
    ],
)
def test_keys_choose_a_row_and_the_ends_hold(keys: str, chosen: int) -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        app.query_one(HistoryPanel).focus()
        await pilot.press(*keys.split())
        assert focused(app).chosen_key == source.overview.history[chosen].recipe_id
        assert [line[0] for line in said(app, "#history")].count("›") == 1

    play(press)


def test_the_chosen_row_stays_chosen_when_rows_come_before_it() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        app.query_one(HistoryPanel).focus()
        await pilot.press("j")
        chosen = focused(app).chosen_key
        history = source.overview.history
        await read(app, pilot, source, history=(*history[5:], *history[:5]))
        assert focused(app).chosen_key == chosen

    play(press)


def test_enter_shows_a_recipe_with_its_operations_and_what_is_done() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        source.progress = RecipeProgress(
            source_name="too.yaml",
            submitted_by="S. Sako",
            submitted_us=at(11, 18),
            runs=2,
            operations=[
                OperationProgress("Pointing: ra 19.7, dec 29.7", "done", at(11, 19), at(11, 19, 12)),
                OperationProgress("Exposure: tile3_dith1", "skipped", 0, at(11, 19, 12), "taken before"),
                OperationProgress("Exposure: tile3_dith2"),
            ],
        )
        await pilot.press("3", "enter")
        await until(pilot, lambda: any("Pointing" in text for text in on_sheet(app)))
        assert on_sheet(app) == [
            "state         in the queue",
            "observer      S. Sako",
            "project       ToO GW",
            "comment       S231212ab tile 3",
            "priority      1.0000",
            "queued        20:18:31 JST, 11:18:31 UTC",
            "submitted     20:18:00 JST by S. Sako",
            "from          too.yaml",
            "runs          2",
            "",
            "  n  state    took         operation",
            "  1  done     12 s         Pointing: ra 19.7, dec 29.7",
            "  2  skipped               Exposure: tile3_dith1  taken before",
            "  3  not yet               Exposure: tile3_dith2",
        ]
        await pilot.press("escape")
        assert not isinstance(app.screen, Sheet)

    play(press)


def test_enter_on_a_recipe_whose_log_cannot_be_read_says_so() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("5")
        source.error = OSError("disk I/O error")
        await pilot.press("j", "enter")
        await until(pilot, lambda: "reading the log …" not in on_sheet(app))
        assert on_sheet(app)[-1] == "the operations can't be read: disk I/O error"
        assert "why           OperationTimedOut: SetFocus: 28.13 not reached within 60 s" in on_sheet(app)

    play(press)


def test_enter_shows_a_violation_in_full() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        source.links = [link(0, 38, "open"), link(1, 40, "open")]
        await pilot.press("9", "j", "j", "enter")
        await until(pilot, lambda: "reading the log …" not in on_sheet(app))
        assert on_sheet(app) == [
            "state         acknowledged",
            "severity      CRITICAL",
            "thing         mirror_cover",
            "message       the mirror cover is open at the start of the night",
            "how often     1, 0 open, 0 cleared",
            "first         16:40:00 JST, 07:40:00 UTC",
            "newest        16:40:00 JST, 07:40:00 UTC",
            "acknowledged  M. Tanaka at 16:44:00 JST: opened by hand for the engineer",
            "evidence      event 38, event 12",
            "",
            "what led to it",
            "  07:40:00 UTC (16:40:00 JST) #38       MirrorCoverRead state=open",
            "  07:40:00 UTC (16:40:00 JST) #40       └─ MirrorCoverRead state=open",
        ]

    play(press)


def test_an_alarm_that_was_acknowledged_later_says_when_by_the_real_clock() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("9", "enter")
        told = " ".join(line.strip() for line in on_sheet(app))
        assert "by the real clock 2026-05-29T05:26:40 JST: seen on site" in told

    answered = {
        "open": 0,
        "acknowledged_by": "M. Tanaka",
        "acknowledged_why": "seen on site",
        "acknowledged_us": NOW,
        "acknowledged_said_us": 1_780_000_000_000_000,
    }
    play(press, changes={"alarms": (alarm("DeviceFault", "serious", "mount", "fault", **answered),)})


def test_an_alarm_that_is_known_says_what_it_means_and_what_to_do() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("9", "enter")
        assert "meaning       the device says that it is in its fault state" in on_sheet(app)
        told = on_sheet(app).index("what to do    look at the device on site; it is normal again when its")
        assert on_sheet(app)[told + 1] == "              reading says so"

    play(press, changes={"alarms": (alarm("DeviceFault", "serious", "mount", "mount: fault"),)})


@pytest.mark.parametrize("cause", CAUSES)
def test_chips_that_were_not_solved_say_why_and_what_to_do(cause: str) -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("9", "enter")
        told = " ".join(line.strip() for line in on_sheet(app))
        assert f"meaning       {CAUSES[cause].meaning} what to do    {CAUSES[cause].what_to_do} how" in told

    name = f"FieldsUnsolved ({cause})"
    told = alarm(name, "notice", "exposure 1", "2 chips", kind="unsolved", open=0)
    play(press, changes={"alarms": (told,)})


def test_chips_that_failed_say_what_to_do_or_which_command_says_it() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("9", "enter")
        assert any(
            each.startswith("what to do    look at the sky; when it is clear") for each in on_sheet(app)
        )
        await pilot.press("escape", "j", "enter")
        assert "what to do    'tomoe alarm show 123400' says it" in on_sheet(app)

    over = {"kind": "rejected", "open": 0}
    play(
        press,
        changes={
            "alarms": (
                alarm("ProductRejected (cloud)", "notice", "TMQ1", "STACK not archived: cloud", **over),
                alarm("ReductionFailed (RawCubeCorrupt)", "warning", "TMQ1", "its end is lost", **over),
            )
        },
    )


def test_what_led_to_an_alarm_and_cannot_be_read_says_so() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("9")
        source.error = OSError("disk I/O error")
        await pilot.press("enter")
        await until(pilot, lambda: "reading the log …" not in on_sheet(app))
        assert on_sheet(app)[-1] == "what led to it can't be read: disk I/O error"

    play(press)


def test_enter_shows_a_device_in_full() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("6", "enter")
        assert on_sheet(app) == [
            "state         tracking",
            "value         alt 61.3 az 112.4 RA 19.7498 Dec +29.7107 deg",
            "read          20:20:29 JST, 11:20:29 UTC, 2 s before the newest event",
        ]

    play(press)


def test_enter_on_a_panel_without_more_to_tell_enlarges_it() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("tab", "enter")
        await settled(app, pilot)
        assert [panel.NAME for panel in shown(app)] == ["schedule"]
        assert [text.split()[0] for text in said(app, "#schedule")[3:9]] == [
            "sunset",
            "start-up",
            "calibration",
            "start",
            "end",
            "sunrise",
        ]

    play(press)


def test_slash_searches_the_history_and_escape_ends_it() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("slash", *"neo")
        await until(pilot, lambda: title(app, "#history") == "5 history 13, 1 with 'neo'")
        await pilot.press("enter")
        assert focused(app).chosen_key == identity("neo")
        await pilot.press("escape")
        await until(pilot, lambda: title(app, "#history") == "5 history 13")
        assert not app.query_one("#filter", Input).has_class("asked")

    play(press)


def test_letters_typed_into_the_search_are_not_commands() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("slash", *"q1j")
        assert app.query_one("#filter", Input).value == "q1j"
        assert app.is_running
        await until(pilot, lambda: said(app, "#history")[0] == " none")

    play(press)


def test_question_mark_shows_keys_and_words() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("question_mark")
        helped = on_sheet(app)
        assert "q                 leave; asks when the night was started from here" in helped
        assert "  L               lost" in helped
        await pilot.press("q")
        assert not isinstance(app.screen, Sheet)

    play(press)


def test_q_leaves_at_once_when_no_night_was_started_from_here() -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("q")

    assert play(press) == 0
