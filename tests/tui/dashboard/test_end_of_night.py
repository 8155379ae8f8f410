"""How the dashboard is left: by itself after the night, or by a person while the night runs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import msgspec
import pytest
from textual.pilot import Pilot

from tests.tui.dashboard.a_night import an_overview
from tests.tui.dashboard.hand_fed import HandFedSource, play, read, until
from tui.dashboard.app import LINGER_SECONDS, DashboardApp
from tui.dashboard.lines import plain
from tui.dashboard.sheet import LeavingSheet, Sheet

ENDED = {"night": msgspec.structs.replace(an_overview().night, phase="ended")}


def on_sheet(app: DashboardApp) -> list[str]:
    assert isinstance(app.screen, Sheet)
    return [plain(text).rstrip() for text in app.screen.lines]


@pytest.fixture
def running_night() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def ended_process(exit_code: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(["sh", "-c", f"exit {exit_code}"])
    process.wait()
    return process


def test_after_the_night_the_summary_is_shown_for_a_moment_then_it_leaves() -> None:
    async def wait(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert not isinstance(app.screen, Sheet)
        await read(app, pilot, source, **ENDED)
        app.tick()
        await until(pilot, lambda: isinstance(app.screen, Sheet))
        assert on_sheet(app) == [
            "Night 2023-12-12 has ended.",
            "",
            "recipes       11 done",
            "              1 cancelled: OperationTimedOut",
            "              1 expired",
            "exposures     49, 1 aborted",
            "chip-cubes    4,116, 1 lost",
            "              1 given up: RawCubeCorrupt",
            "archived      CUBE 12, DARK 84, FLAT 84, STACK 3,801 (37.4 GB)",
            "rejected      88",
            "              4 mean counts too high",
            "              84 no astrometric solution",
            "violations    86",
            "              84 AstrometryFailed",
            "              1 MirrorCoverOpenAtStart",
            "              1 ReadingStale",
            "events        123,456",
        ]
        source.clock.forward(LINGER_SECONDS - 0.1)
        app.tick()
        assert app.return_value is None
        source.clock.forward(0.2)
        app.tick()

    assert play(wait, leave_when_ended=True) == 0


def test_q_on_the_summary_leaves_at_once() -> None:
    async def wait(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        app.tick()
        await until(pilot, lambda: isinstance(app.screen, Sheet))
        await pilot.press("q")

    assert play(wait, leave_when_ended=True, changes=ENDED) == 0


def test_without_being_asked_to_it_stays_after_the_night() -> None:
    async def wait(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        source.clock.forward(3600)
        app.tick()
        assert not isinstance(app.screen, Sheet)

    assert play(wait, changes=ENDED) is None


def test_it_waits_for_the_end_of_the_nights_own_process(running_night: subprocess.Popen[bytes]) -> None:
    async def wait(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        source.clock.forward(60)
        app.tick()
        assert not isinstance(app.screen, Sheet)
        running_night.kill()
        running_night.wait()
        app.tick()
        app.tick()
        await until(pilot, lambda: isinstance(app.screen, Sheet))
        assert on_sheet(app)[0] == "The night's process ended with exit code -9; see its own messages."

    play(wait, leave_when_ended=True, night_process=running_night, changes=ENDED)


def test_the_exit_code_of_a_night_that_failed_is_handed_on() -> None:
    async def wait(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        app.tick()
        await until(pilot, lambda: isinstance(app.screen, Sheet))
        source.clock.forward(LINGER_SECONDS)
        app.tick()

    assert play(wait, leave_when_ended=True, night_process=ended_process(3)) == 3


def test_a_night_that_failed_before_anything_was_projected_is_left_as_well() -> None:
    async def wait(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        app.tick()
        source.clock.forward(LINGER_SECONDS)
        app.tick()

    failed = ended_process(2)
    assert play(wait, leave_when_ended=True, night_process=failed, error=OSError("no such folder")) == 2


def test_a_night_that_runs_can_be_left_running(running_night: subprocess.Popen[bytes]) -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("q")
        assert isinstance(app.screen, LeavingSheet)
        await pilot.press("l")

    assert play(press, night_process=running_night) == 0
    assert running_night.poll() is None


def test_a_night_that_runs_can_be_stopped_and_is_watched_until_it_is_over(
    running_night: subprocess.Popen[bytes],
) -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("q", "s")
        assert app.return_value is None
        assert running_night.wait(10) == -15
        app.tick()
        app.tick()
        await until(pilot, lambda: isinstance(app.screen, Sheet))
        source.clock.forward(LINGER_SECONDS)
        app.tick()

    assert play(press, night_process=running_night) == -15


def test_escape_stays_with_a_night_that_runs(running_night: subprocess.Popen[bytes]) -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press("q", "escape")
        assert not isinstance(app.screen, Sheet)

    assert play(press, night_process=running_night) is None
    assert running_night.poll() is None


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
def test_no_key_leaves_a_night_that_runs_without_asking(
    running_night: subprocess.Popen[bytes], key: str
) -> None:
    async def press(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        await pilot.press(key, key)
        assert isinstance(app.screen, LeavingSheet)
        await pilot.press("escape")
        assert not isinstance(app.screen, Sheet)

    assert play(press, night_process=running_night) is None
    assert running_night.poll() is None
