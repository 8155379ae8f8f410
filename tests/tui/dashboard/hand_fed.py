"""A dashboard under test: a clock set by hand, a source fed by hand, and what the screen says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from textual.pilot import Pilot
from textual.widget import Widget

from projections.causal_chain import Link
from projections.overview_model import Overview
from tests.tui.dashboard.a_night import NOW, an_overview
from tomoe_es.clock import HOUR, SECOND
from tui.dashboard.app import DashboardApp
from tui.dashboard.panel import Panel
from tui.dashboard.recipe_operations import RecipeProgress

WIDE, COMPACT = (120, 36), (80, 24)
REAL_NOW = NOW + 1000 * HOUR
"""Real time in the tests: simulated nights lie elsewhere."""
PATIENCE_SECONDS = 20.0


class HandSetClock:
    """Shows the time it was set to."""

    def __init__(self, time_us: int) -> None:
        self.time_us = time_us

    def now(self) -> int:
        return self.time_us

    def forward(self, seconds: float) -> None:
        self.time_us += round(seconds * SECOND)


class HandFedSource:
    """Gives the overview that it holds; `error` is raised instead when set."""

    def __init__(self, overview: Overview, clock: HandSetClock) -> None:
        self.overview, self.clock = overview, clock
        self.error: Exception | None = None
        self.progress = RecipeProgress()
        self.links: list[Link] = []
        self.written = clock.now() - SECOND
        self.reads = 0
        self.lives = False

    def write(self, **changes: object) -> None:
        """Project something more: a changed overview, written now."""
        self.overview = msgspec.structs.replace(self.overview, position=self.overview.position + 1, **changes)
        self.written = max(self.clock.now(), self.written + 1)

    def written_us(self) -> int:
        return self.written

    def night_lives(self) -> bool:
        return self.lives

    def read(self) -> Overview:
        self.reads += 1
        if self.error is not None:
            raise self.error
        return self.overview

    def recipe(self, recipe_id: str) -> RecipeProgress:
        if self.error is not None:
            raise self.error
        return self.progress

    def chain(self, position: int) -> list[Link]:
        if self.error is not None:
            raise self.error
        return self.links


Scenario = Callable[[DashboardApp, Pilot[int], HandFedSource], Awaitable[None]]


def play(
    scenario: Scenario,
    size: tuple[int, int] = WIDE,
    *,
    error: Exception | None = None,
    changes: Mapping[str, object] | None = None,
    **options: Any,
) -> int | None:
    """Run a dashboard of this size until the scenario is over; gives what the app returned."""

    async def run() -> int | None:
        source = HandFedSource(an_overview(), HandSetClock(REAL_NOW))
        source.error = error
        source.write(**(changes or {}))
        app = DashboardApp(source, source.clock, read_every_seconds=0.01, **options)
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: app.moment is not None or bool(app.failure))
            await settled(app, pilot)
            await scenario(app, pilot, source)
        return app.return_value

    return asyncio.run(run())


async def until(pilot: Pilot[int], condition: Callable[[], bool]) -> None:
    """Let the app work until a condition holds."""
    loop = asyncio.get_running_loop()
    limit = loop.time() + PATIENCE_SECONDS
    while not condition():
        assert loop.time() < limit, "what was waited for did not come"
        await pilot.pause()


async def settled(app: DashboardApp, pilot: Pilot[int]) -> None:
    """Let the app work until every panel has the size that it was given."""

    def in_place(panel: Panel) -> bool:
        width, height = panel.styles.width, panel.styles.height
        return width is not None and height is not None and panel.outer_size == (width.value, height.value)

    await until(pilot, lambda: all(in_place(panel) for panel in shown(app)))
    await pilot.pause()


async def read(app: DashboardApp, pilot: Pilot[int], source: HandFedSource, **changes: object) -> None:
    """Project something more, and let the app show it."""
    source.write(**changes)
    position = source.overview.position
    await until(pilot, lambda: app.moment is not None and app.moment.overview.position == position)
    await settled(app, pilot)


def shown(app: DashboardApp) -> list[Panel]:
    """The panels in sight."""
    return [panel for panel in app.screen_stack[0].query(Panel) if panel.display]


def said(app: DashboardApp, selector: str) -> list[str]:
    """What a widget says, line by line, without the blanks at the ends."""
    widget: Widget = app.screen_stack[0].query_one(selector)
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


def title(app: DashboardApp, selector: str) -> str:
    """What a panel's frame says."""
    return str(app.screen_stack[0].query_one(selector).border_title)
