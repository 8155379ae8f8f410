"""Keys pressed while something is still being done in the background: it is done once, and nothing breaks."""

from __future__ import annotations

import threading

import pytest
from textual.pilot import Pilot

from projections.causal_chain import Link
from projections.overview_model import AlarmLine
from tests.tui.dashboard.hand_fed import HandFedSource, play, until
from tests.tui.dashboard.test_answering import CRITICAL, WrittenDown
from tomoe_es.control.alarm_answers import AlarmOver
from tui.dashboard.app import DashboardApp
from tui.dashboard.asking import AskingSheet
from tui.dashboard.commands import Outcome
from tui.dashboard.follower import ReadingFailed


class Slow(WrittenDown):
    """Everything lasts until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()
        self.begun = 0

    def acknowledge(self, alarm: AlarmLine, why: str) -> None:
        self.begun += 1
        self.released.wait()
        super().acknowledge(alarm, why)

    def emergency(self) -> Outcome:
        self.begun += 1
        self.released.wait()
        return super().emergency()


async def released(app: DashboardApp, pilot: Pilot[int], commands: Slow) -> None:
    """Let the work end, and the app take it in."""
    commands.released.set()
    await until(pilot, lambda: all(each.is_finished for each in app.workers if each.name != "run"))
    await pilot.pause()


@pytest.mark.parametrize("error", [None, AlarmOver("somebody was first")])
@pytest.mark.parametrize("then", ["enter", "escape"])
def test_an_answer_is_given_once_and_its_sheet_may_be_left(then: str, error: Exception | None) -> None:
    commands = Slow()
    commands.error = error

    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("a", *"ok", "enter", then)
        await released(app, pilot, commands)
        assert commands.begun == 1
        assert isinstance(app.screen, AskingSheet) == (error is not None and then == "enter")

    play(press, changes={"alarms": (CRITICAL,)}, commands=commands)


def test_what_was_read_while_the_screen_is_left_breaks_nothing() -> None:
    left: list[DashboardApp] = []

    async def keep(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        left.append(app)

    play(keep)
    left[0].on_reading_failed(ReadingFailed(OSError("gone")))
    assert left[0].is_left


def test_an_emergency_goes_on_when_its_sheet_is_closed() -> None:
    commands = Slow()

    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("E", "y", "escape")
        await released(app, pilot, commands)
        assert commands.asked == [("emergency",)]
        assert len(app.screen_stack) == 1

    play(press, commands=commands)


def test_a_detail_may_be_closed_before_the_log_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = Slow()

    def slow(source: HandFedSource, position: int) -> list[Link]:
        commands.released.wait()
        return []

    monkeypatch.setattr(HandFedSource, "chain", slow)

    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("9", "enter", "escape")
        await released(app, pilot, commands)
        assert len(app.screen_stack) == 1

    play(press, changes={"alarms": (CRITICAL,)})
