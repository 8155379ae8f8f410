"""Draws the replay screen: `python -m tui.replay_screen.picture DATA OUT.svg PLACE [KEY ...]`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from tomoe_es.clock import Clock
from tui.dashboard.picture import SETTLE_SECONDS, WAIT_SECONDS, NothingToDraw, for_every_viewer
from tui.dashboard.source import WallClock
from tui.data_folder import DataFolder
from tui.replay_screen import moves
from tui.replay_screen.app import ReplayApp
from tui.replay_screen.source import FolderSource, NightSource

USAGE = "usage: python -m tui.replay_screen.picture DATA OUT.svg PLACE [KEY ...]"


async def draw(
    source: NightSource, clock: Clock, place: str, keys: Sequence[str], size: tuple[int, int] = (120, 36)
) -> str:
    """The screen as SVG, at a place and after some keys. Raises NothingToDraw when nothing can be read."""
    app = ReplayApp(source, clock, begin=moves.to_place(place))
    async with app.run_test(size=size) as pilot:
        for key in ("", *keys):
            if key:
                await pilot.press(key)
            loop = asyncio.get_running_loop()
            until = loop.time() + WAIT_SECONDS
            while not app.is_settled and not app.failure and loop.time() < until:
                await pilot.pause(0.05)
        if app.view is None:
            raise NothingToDraw(app.failure or f"nothing was read within {WAIT_SECONDS:.0f} s")
        await pilot.pause(SETTLE_SECONDS)
        return for_every_viewer(app.export_screenshot(title="tomoe replay screen"))


def main(arguments: list[str]) -> int:
    """Exit codes: 0 drawn, 1 nothing to draw, 2 usage."""
    if len(arguments) < 3:
        print(USAGE, file=sys.stderr)
        return 2
    data_dir, out, place, *keys = arguments
    source = FolderSource(DataFolder(Path(data_dir).resolve()), None)
    try:
        picture = asyncio.run(draw(source, WallClock(), place, keys))
    except NothingToDraw as error:
        print(error, file=sys.stderr)
        return 1
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    Path(out).write_text(picture, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
