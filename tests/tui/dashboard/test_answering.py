"""Alarms are answered, and the telescope is made safe, from the dashboard."""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from projections.overview_model import AlarmLine, ProcessLine
from tests.tui.dashboard.a_night import ALARMS, NOW, alarm, an_overview
from tests.tui.dashboard.hand_fed import COMPACT, WIDE, HandFedSource, play, read, said, title, until
from tomoe_es.control.alarm_answers import AlarmOver
from tui.dashboard.app import DashboardApp
from tui.dashboard.asking import AskingSheet, EmergencySheet
from tui.dashboard.commands import Outcome
from tui.dashboard.lines import plain
from tui.dashboard.sheet import Sheet

BOTH_SIZES = pytest.mark.parametrize("size", [WIDE, COMPACT])
CRITICAL = alarm("UnfamiliarError", "critical", "night", "ZeroDivisionError: division by zero")
FAULTS = alarm("DeviceFault", "serious", "mount", "mount: tracking -> fault", count=84, open=84)


class WrittenDown:
    """Writes down what it was asked for; raises `error` instead when set."""

    def __init__(self, outcome: Outcome | None = None) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.error: Exception | None = None
        self.outcome = outcome or Outcome(0, "safe in 3.2 s\n")

    def acknowledge(self, alarm: AlarmLine, why: str) -> None:
        self._take("acknowledge", alarm.name, why)

    def mute(self, name: str, duration: str, why: str) -> None:
        self._take("mute", name, duration, why)

    def emergency(self) -> Outcome:
        self._take("emergency")
        return self.outcome

    def _take(self, *asked: str) -> None:
        if self.error is not None:
            raise self.error
        self.asked.append(asked)


def on_sheet(app: DashboardApp) -> list[str]:
    assert isinstance(app.screen, Sheet)
    return [plain(text).rstrip() for text in app.screen.lines]


def drawn(app: DashboardApp) -> list[str]:
    """The lines of the open sheet as they are on the screen."""
    lines = app.screen.query_one("#sheet > _Lines")
    return [lines.render_line(y).text.rstrip() for y in range(lines.size.height)]


def banner(app: DashboardApp) -> str:
    return str(app.screen_stack[0].query_one("#banner", Static).content)


@BOTH_SIZES
def test_an_open_critical_alarm_is_in_the_banner_and_in_a_red_frame_until_it_is_answered(
    size: tuple[int, int],
) -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert banner(app) == (
            "CRITICAL: UnfamiliarError night: ZeroDivisionError: division by zero"
            "  (9 enter: detail, a: acknowledge)"
        )
        assert said(app, "#violations")[0].startswith(" !20:19 CRITICAL UnfamiliarError night: Zero")
        assert title(app, "#violations") == "9 violations 85 OPEN, 86 in all"
        assert app.query_one("#violations").has_class("alarm")
        await read(app, pilot, source, alarms=ALARMS[1:])
        assert not banner(app)
        assert not app.query_one("#violations").has_class("alarm")

    play(look, size, changes={"alarms": (CRITICAL, FAULTS)})


def test_a_banner_counts_the_other_critical_alarms() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert "division by zero and 3 more  (9" in banner(app)

    play(look, changes={"alarms": (CRITICAL, msgspec.structs.replace(CRITICAL, name="Other", open=3))})


@BOTH_SIZES
def test_a_asks_why_and_acknowledges_the_loudest(size: tuple[int, int]) -> None:
    commands = WrittenDown()

    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("a", *"q1", "enter")
        await until(pilot, lambda: not isinstance(app.screen, AskingSheet))
        assert commands.asked == [("acknowledge", "UnfamiliarError", "q1")]
        assert app.query_one("#filter", Input).value == ""

    play(press, size, changes={"alarms": (CRITICAL, FAULTS)}, commands=commands)


def test_a_acknowledges_the_chosen_alarm() -> None:
    commands = WrittenDown()

    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("9", "j", "a", *"ok", "enter")
        await until(pilot, lambda: bool(commands.asked))
        assert commands.asked == [("acknowledge", "DeviceFault", "ok")]

    play(press, changes={"alarms": (CRITICAL, FAULTS)}, commands=commands)


def test_without_a_reason_nothing_is_acknowledged() -> None:
    commands = WrittenDown()

    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("a", "space", "enter")
        assert str(app.screen.query_one("#trouble", Static).content) == "say something here"
        await pilot.press("escape")
        assert not isinstance(app.screen, AskingSheet)
        assert commands.asked == []

    play(press, changes={"alarms": (CRITICAL,)}, commands=commands)


def test_when_somebody_else_was_first_the_sheet_says_who() -> None:
    commands = WrittenDown()
    commands.error = AlarmOver("UnfamiliarError was acknowledged already by M. Tanaka")

    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("a", *"seen", "enter")
        trouble = app.screen.query_one("#trouble", Static)
        await until(pilot, lambda: bool(str(trouble.content)))
        assert str(trouble.content) == "AlarmOver: UnfamiliarError was acknowledged already by M. Tanaka"
        assert isinstance(app.screen, AskingSheet)

    play(press, changes={"alarms": (CRITICAL,)}, commands=commands)


def test_m_asks_for_how_long_and_why() -> None:
    commands = WrittenDown()

    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("m", *"known", "shift+tab", "end", "backspace", "h", "enter")
        await until(pilot, lambda: bool(commands.asked))
        assert commands.asked == [("mute", "UnfamiliarError", "30h", "known")]

    play(press, changes={"alarms": (CRITICAL,)}, commands=commands)


def test_a_muted_alarm_says_so() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert said(app, "#violations")[0].startswith(" !20:19 CRITICAL muted UnfamiliarError")

    muted = msgspec.structs.replace(CRITICAL, muted_until_us=NOW + 1)
    play(look, changes={"alarms": (muted,)})


@pytest.mark.parametrize("keys", [["a"], ["9", "j", "a"]])
def test_nothing_is_asked_about_what_is_not_open(keys: list[str]) -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press(*keys)
        assert not isinstance(app.screen, AskingSheet)
        assert on_sheet(app)[0].startswith("There is nothing to acknowledge: ")

    play(press, changes={"alarms": ALARMS[1:]}, commands=WrittenDown())


@pytest.mark.parametrize("key", ["a", "m", "E"])
def test_a_screen_that_only_watches_commands_nothing(key: str) -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press(key)
        assert len(app.screen_stack) == 1

    play(press, changes={"alarms": (CRITICAL,)})


def test_emergency_asks_once_and_escape_leaves_it() -> None:
    commands = WrittenDown()

    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("E")
        assert isinstance(app.screen, EmergencySheet)
        assert on_sheet(app)[0] == "Close mirror cover and dome, stop and park the mount, now?"
        await pilot.press("escape")
        assert len(app.screen_stack) == 1
        assert commands.asked == []

    play(press, commands=commands)


@pytest.mark.parametrize("key", ["question_mark", "E"])
def test_on_a_small_screen_a_sheet_can_be_read_whole(key: str) -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press(key)
        await pilot.pause()
        assert not [text for text in drawn(app) if text.endswith("…")]
        assert " ".join(" ".join(drawn(app)).split()) == " ".join(" ".join(on_sheet(app)).split())

    play(press, COMPACT, commands=WrittenDown())


def outcome_of(commands: WrittenDown, expected: Callable[[list[str]], bool]) -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("E", "y", "y")
        await until(pilot, lambda: expected(on_sheet(app)))
        assert keys_of_sheet(app) == "j k scroll, escape closes"

    play(press, commands=commands)


def keys_of_sheet(app: DashboardApp) -> str:
    return str(app.screen.query_one("#sheet").border_subtitle)


class Waiting(WrittenDown):
    """An emergency that lasts until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def emergency(self) -> Outcome:
        self.released.wait()
        return super().emergency()


def test_once_the_emergency_runs_its_key_is_not_offered_again() -> None:
    commands = Waiting()

    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("E")
        assert keys_of_sheet(app) == "y makes safe, escape leaves it"
        await pilot.press("y")
        try:
            await until(pilot, lambda: on_sheet(app)[0] == "Making the telescope safe …")
            assert keys_of_sheet(app) == "escape closes this, the emergency goes on"
        finally:
            commands.released.set()

    play(press, commands=commands)


def test_emergency_is_made_once_and_its_outcome_shown() -> None:
    commands = WrittenDown()
    outcome_of(commands, lambda lines: lines == ["The telescope is safe.", "", "safe in 3.2 s"])
    assert commands.asked == [("emergency",)]


def test_an_emergency_that_fails_says_what_to_do_by_hand() -> None:
    by_hand = "Type 'tomoe emergency' in another terminal, or use the switches on site."
    failed = WrittenDown(Outcome(1, "dome slit: open\n"))
    outcome_of(failed, lambda lines: lines == ["NOT SAFE: exit code 1", "", "dome slit: open", "", by_hand])
    missing = WrittenDown()
    missing.error = FileNotFoundError("tomoe")
    outcome_of(missing, lambda lines: lines == ["NOT DONE: FileNotFoundError: tomoe", "", by_hand])


@BOTH_SIZES
def test_a_silent_process_stands_first_among_the_hardware(size: tuple[int, int]) -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert said(app, "#hardware")[0].startswith(" !processes     guardian SILENT")
        assert title(app, "#hardware") == "6 hardware  2 NOT WELL"
        await pilot.press("6", "enter")
        assert on_sheet(app)[0] == (
            "guardian      silent, process 4001, since 20:20:31 JST: no sign of life for 12 s"
        )

    silent = ProcessLine(
        process="guardian", state="silent", pid=4001, since_us=NOW, reason="no sign of life for 12 s"
    )
    play(look, size, changes={"processes": (silent, *an_overview().processes[1:])})
