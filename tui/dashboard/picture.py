"""Draws the dashboard of a data folder into an SVG file: `python -m tui.dashboard.picture DATA OUT.svg`.

With `--then` it is the screen as it was when the folder was written, and not as old as it is now.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

from tomoe_es.clock import Clock
from tui.dashboard.app import DashboardApp
from tui.dashboard.source import DataFolderSource, OverviewSource, WallClock

THEN = "--then"
USAGE = f"usage: python -m tui.dashboard.picture DATA OUT.svg [COLUMNS LINES] [{THEN}]"
WAIT_SECONDS = 20.0
SETTLE_SECONDS = 0.5
FONT = "DejaVu Sans Mono"
FONT_PIXELS = 20.265
"""Rich draws cells of 12.2 pixels; a letter of this font is 0.602 of its size wide."""


class NothingToDraw(Exception):
    """The night could not be read in time; the message is what the dashboard's banner says."""


class ThenClock:
    """Stands still at the time at which the night was written last."""

    def __init__(self, source: OverviewSource) -> None:
        self._source = source

    def now(self) -> int:
        """UTC then, in microseconds since 1970."""
        return self._source.written_us()


async def draw(source: OverviewSource, clock: Clock, columns: int = 120, lines: int = 36) -> str:
    """The dashboard as SVG. Raises NothingToDraw when the source gives no overview."""
    app = DashboardApp(source, clock)
    async with app.run_test(size=(columns, lines)) as pilot:
        loop = asyncio.get_running_loop()
        until = loop.time() + WAIT_SECONDS
        while app.moment is None and not app.failure and loop.time() < until:
            await pilot.pause(0.05)
        if app.moment is None:
            raise NothingToDraw(app.failure or f"nothing was read within {WAIT_SECONDS:.0f} s")
        await pilot.pause(SETTLE_SECONDS)
        return for_every_viewer(app.export_screenshot(title="tomoe dashboard"))


def for_every_viewer(svg: str) -> str:
    """The picture in a font that is installed, its letters as wide as the cells, and with its spaces kept.

    Viewers that can't load a font from the net would draw narrower letters, so that frames do not meet; some
    eat no-break spaces at a text's beginning.
    """
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace(
        "font-family: Fira Code, monospace;\n        font-size: 20px;",
        f"font-family: {FONT}, monospace;\n        font-size: {FONT_PIXELS}px;",
    )
    return svg.replace("<text ", '<text xml:space="preserve" ').replace("&#160;", " ")


def main(arguments: list[str]) -> int:
    """Exit codes: 0 drawn, 1 nothing to draw, 2 usage."""
    then = THEN in arguments
    arguments = [each for each in arguments if each != THEN]
    if len(arguments) not in (2, 4) or not all(each.isdecimal() for each in arguments[2:]):
        print(USAGE, file=sys.stderr)
        return 2
    data_dir, out = Path(arguments[0]), Path(arguments[1])
    source = DataFolderSource(data_dir)
    clock: Clock = ThenClock(source) if then else WallClock()
    try:
        picture = asyncio.run(draw(source, clock, *map(int, arguments[2:])))
    except NothingToDraw as error:
        print(error, file=sys.stderr)
        return 1
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(picture, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
