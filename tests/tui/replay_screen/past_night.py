"""A replay screen under test: a small night in memory, a clock set by hand, and what the screen says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Static

from replay.night import Identity, ReplayedNight
from tests.projections.memory_log import MemoryLog
from tests.projections.night_story import NIGHT, Moment, Story, whole_night
from tests.tui.dashboard.hand_fed import REAL_NOW, WIDE, HandSetClock, settled, until
from tomoe_es.events import monitor, weather
from tomoe_es.events.envelope import Draft
from tui.replay_screen.app import ReplayApp

CODE = "0.1.0 source c0de"
DIGEST = "last event sha256:0123456789abcdef"


def story() -> Iterator[Moment]:
    """The night of the projections' tests, and clouds at its end with an alarm that they cause."""
    last = 0
    for last, event in whole_night():
        yield last, event
    after = Story()
    after.now = last
    yield after.at(weather.SkyBecameCloudy(sky_temperature_c=-5.0), 30)
    yield after.violated("CloudsStay", "sky")
    yield after.at(weather.SkyBecameClear(sky_temperature_c=-30.0), 600)


def log_of_the_story() -> MemoryLog:
    """Each violation is caused by the event before it."""
    log = MemoryLog()
    for time, event in story():
        cause = log.head() if isinstance(event, monitor.ViolationDetected) else 0
        log.append(event.stream(), [Draft(event, time, code=1, cause=cause, actor="test")])
    return log


class StorySource:
    """The night in memory; `error` is raised instead when set."""

    def __init__(self, error: Exception | None = None) -> None:
        self.log = log_of_the_story()
        self.error = error

    @contextmanager
    def open(self) -> Iterator[tuple[ReplayedNight, Identity]]:
        if self.error is not None:
            raise self.error
        night = ReplayedNight(self.log)
        yield (
            night,
            Identity(NIGHT, night.first, night.last, DIGEST, CODE, CODE),
        )

    def cache(self, night: ReplayedNight) -> None:
        return None


Scenario = Callable[[ReplayApp, Pilot[int], HandSetClock], Awaitable[None]]


def replay(
    scenario: Scenario, size: tuple[int, int] = WIDE, *, error: Exception | None = None, **options: Any
) -> int | None:
    """Run a replay screen of this size until the scenario is over; gives what the app returned."""

    async def run() -> int | None:
        clock = HandSetClock(REAL_NOW)
        app = ReplayApp(StorySource(error), clock, **options)
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: app.is_settled or bool(app.failure))
            await settled(app, pilot)
            await scenario(app, pilot, clock)
        return app.return_value

    return asyncio.run(run())


async def press(app: ReplayApp, pilot: Pilot[int], *keys: str) -> None:
    """Press keys one after the other, and let each have its effect."""
    for key in keys:
        await pilot.press(key)
        await until(pilot, lambda: app.is_settled)
    await settled(app, pilot)


async def type_in(app: ReplayApp, pilot: Pilot[int], key: str, text: str) -> None:
    """Press a key that asks, type the answer and give it."""
    await pilot.press(key)
    app.query_one("#ask").value = text  # type: ignore[attr-defined]
    await press(app, pilot, "enter")


def position(app: ReplayApp) -> int:
    """Where the playhead is."""
    assert app.view is not None
    return app.view.place.position


def event(app: ReplayApp) -> str:
    """Type of the event under the playhead."""
    assert app.view is not None
    return type(app.view.event.payload).__name__


def told(app: ReplayApp) -> str:
    """What the line above the keys says."""
    return str(app.screen_stack[0].query_one("#told", Static).content)
