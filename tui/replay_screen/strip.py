"""The timeline at the bottom: the night from sunset to sunrise, and where in it the playhead is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from replay.outline import Outline
from tomoe_es.clock import HOUR
from tui.dashboard.lines import EMPTY, Line, line, strip_of
from tui.dashboard.palette import ALARM, BUSY, CAUTION, GOOD, QUIET, STRONG
from tui.dashboard.wording import jst
from tui.replay_screen.colours import PLAYHEAD

LABEL = 9
LINES = 3
_SEVERITIES = ("notice", "warning", "serious", "critical")
_RECIPES = (("█", GOOD), ("▓", GOOD))
"""Neighbours look different."""
_SKY = {"clouds": ("░", CAUTION), "unsafe": ("▒", ALARM)}

Cells = list[tuple[str, Style]]


class Timeline(Widget):
    """Three lines: alarms and places found, recipes, clouds and hours."""

    def __init__(self) -> None:
        super().__init__(id="timeline")
        self._lines: list[Line] = []
        self._shown: tuple[Outline, int, list[int]] | None = None

    def show(self, outline: Outline, now_us: int, found_us: Iterable[int]) -> None:
        """Show the playhead at a time of the night."""
        self._shown = outline, now_us, list(found_us)
        self._draw()

    def on_resize(self) -> None:
        """Its own width is another one only now."""
        self._draw()

    def _draw(self) -> None:
        if self._shown is None:
            return
        outline, now_us, found_us = self._shown
        lines = timeline_lines(outline, now_us, self.size.width, found_us)
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One of the lines."""
        return strip_of(self._lines[y] if y < len(self._lines) else EMPTY, self.size.width)


def timeline_lines(outline: Outline, now_us: int, width: int, found_us: Iterable[int] = ()) -> list[Line]:
    """The three lines, `width` cells wide."""
    scale = _Scale(outline, max(width - LABEL - 1, 1))
    playhead = scale.column(now_us)
    tracks = (
        ("alarms", _alarms(outline, scale, found_us), "▼"),
        ("recipes", _recipes(outline, scale), "┃"),
        ("sky", _sky(outline, scale), "▲"),
    )
    return [
        line((f" {name:<{LABEL - 1}}", QUIET), *_with_playhead(cells, playhead, head))
        for name, cells, head in tracks
    ]


class _Scale:
    """Columns for times."""

    def __init__(self, outline: Outline, columns: int) -> None:
        self.start_us, self.end_us = outline.span_us
        self.columns = columns

    def column(self, time_us: int) -> int:
        """Column of a time; what is outside stands at the edge."""
        part = (time_us - self.start_us) / (self.end_us - self.start_us)
        return min(max(int(part * self.columns), 0), self.columns - 1)

    def within(self, time_us: int) -> bool:
        """Tell whether a time is on the scale."""
        return self.start_us <= time_us <= self.end_us


def _alarms(outline: Outline, scale: _Scale, found_us: Iterable[int]) -> Cells:
    cells: Cells = [("·", QUIET)] * scale.columns
    for time_us in found_us:
        cells[scale.column(time_us)] = ("◆", BUSY)
    loudest: dict[int, int] = {}
    for mark in outline.violations:
        loud = _SEVERITIES.index(mark.severity)
        column = scale.column(mark.time_us)
        loudest[column] = max(loudest.get(column, 0), loud)
    for column, loud in loudest.items():
        cells[column] = ("!", ALARM) if loud >= _SEVERITIES.index("serious") else ("+", CAUTION)
    return cells


def _recipes(outline: Outline, scale: _Scale) -> Cells:
    cells: Cells = [("·", QUIET)] * scale.columns
    recipes = [each for each in outline.stretches if each.kind == "recipe"]
    for number, each in enumerate(recipes):
        for column in range(scale.column(each.start_us), scale.column(each.end_us) + 1):
            cells[column] = _RECIPES[number % 2]
    return cells


def _sky(outline: Outline, scale: _Scale) -> Cells:
    cells: Cells = [(" ", QUIET)] * scale.columns
    for kind in ("clouds", "unsafe"):
        for each in outline.stretches:
            if each.kind == kind:
                for column in range(scale.column(each.start_us), scale.column(each.end_us) + 1):
                    cells[column] = _SKY[kind]
    for name, time_us in _names(outline, scale):
        column = min(scale.column(time_us), scale.columns - len(name))
        if column >= 0 and all(cell == " " for cell, _ in cells[max(column - 1, 0) : column + len(name) + 1]):
            for offset, letter in enumerate(name):
                cells[column + offset] = (letter, STRONG if name.isalpha() else QUIET)
    return cells


def _names(outline: Outline, scale: _Scale) -> Iterator[tuple[str, int]]:
    """Sunset, sunrise, and the full hours in JST, as far as there is room."""
    if outline.plan is not None:
        yield "sunset", outline.plan.sunset_us
        yield "sunrise", outline.plan.sunrise_us
    first = -(-scale.start_us // HOUR) * HOUR
    yield from ((jst(time_us)[:2], time_us) for time_us in range(first, scale.end_us, HOUR))


def _with_playhead(cells: Cells, column: int, head: str) -> Cells:
    """What is under the playhead stays to be read, on a ground of its own."""
    under, _ = cells[column]
    shown = under if under not in " ·" else head
    return [*cells[:column], (shown, PLAYHEAD), *cells[column + 1 :]]
