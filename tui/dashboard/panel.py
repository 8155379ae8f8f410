"""The two kinds of panel: one that says a few lines, and one of rows of which one can be chosen."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from textual.strip import Strip
from textual.widget import Widget

from tui.dashboard.lines import EMPTY, Line, line, strip_of
from tui.dashboard.moment import Moment
from tui.dashboard.palette import CURSOR, GROUND, QUIET, STRONG


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """More about the chosen thing; a recipe's operations, or what led to an event, follow from the log."""

    title: str
    lines: list[Line]
    recipe_id: str = ""
    position: int = 0


class Panel(Widget, can_focus=True):
    """A part of the night, drawn line by line; it is drawn again only when what it says has changed."""

    NUMBER: ClassVar[int] = 0
    NAME: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__(id=self.NAME)
        self.moment: Moment | None = None
        self._lines: list[Line] = []
        self.border_title = self._titled("")

    def say(self, moment: Moment, width: int, height: int) -> list[Line]:
        """What the panel says in `width` x `height` cells; lines past the height can be scrolled to."""
        raise NotImplementedError

    def title(self, moment: Moment) -> str:
        """What the panel's title says besides its number and name."""
        return ""

    def alarms(self, moment: Moment) -> bool:
        """Tell whether the panel's frame takes the colour of alarm."""
        return False

    def detail(self) -> Detail | None:
        """More about what is chosen; None when the enlarged panel tells all there is."""
        return None

    def show(self, moment: Moment) -> None:
        """Show another moment."""
        self.moment = moment
        self._say_again()

    def on_resize(self) -> None:
        """Say it again in the room that there is now."""
        self._say_again()

    def _say_again(self) -> None:
        if self.moment is None or not self.size.width:
            return
        lines = self.say(self.moment, self.size.width, self.size.height)
        if lines != self._lines:
            self._lines = lines
            self.refresh()
        title = self._titled(self.title(self.moment))
        if title != self.border_title:
            self.border_title = title
        self.set_class(self.alarms(self.moment), "alarm")

    def _titled(self, rest: str) -> str:
        return f"{self.NUMBER} {self.NAME} {rest}".rstrip()

    def render_line(self, y: int) -> Strip:
        """One line of the panel."""
        return strip_of(self._lines[y] if y < len(self._lines) else EMPTY, self.size.width)


class Row(msgspec.Struct, frozen=True):
    """A row, and the key by which it stays chosen when the rows move."""

    key: str
    text: Line


class RowsPanel(Panel):
    """Rows under each other with one of them chosen; only the rows in sight are drawn."""

    NOTHING: ClassVar[str] = "none"

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._chosen = 0
        self._top = 0

    def rows(self, moment: Moment, width: int) -> list[Row]:
        """The rows, each at most `width` cells wide; called when something has changed."""
        raise NotImplementedError

    def say(self, moment: Moment, width: int, height: int) -> list[Line]:
        """The rows in sight, each with the mark that shows which one is chosen."""
        key = self.chosen_key
        self._rows = self.rows(moment, width - 1)
        if self._chosen > 0:  # the first row stays first: what is newest is on top
            self._chosen = next((i for i, row in enumerate(self._rows) if row.key == key), self._chosen)
        return self._in_sight(height)

    def _in_sight(self, height: int) -> list[Line]:
        self._chosen = max(min(self._chosen, len(self._rows) - 1), 0)
        if not self._rows:
            return [line((f" {self.NOTHING}", QUIET))]
        self._top = min(self._top, self._chosen, max(len(self._rows) - height, 0))
        self._top = max(self._top, self._chosen - height + 1)
        return [
            line((self._mark(number), STRONG)) + self._rows[number].text
            for number in range(self._top, min(self._top + height, len(self._rows)))
        ]

    def _mark(self, number: int) -> str:
        return "›" if self.has_focus and number == self._chosen else " "

    @property
    def chosen_key(self) -> str | None:
        """Key of the chosen row; None when there is no row."""
        return self._rows[self._chosen].key if self._chosen < len(self._rows) else None

    def choose(self, key: str) -> None:
        """Choose the row of a key, if there is one."""
        number = next((number for number, row in enumerate(self._rows) if row.key == key), None)
        if number is not None:
            self.move(number - self._chosen)

    def move(self, by: int) -> None:
        """Choose another row; the ends hold."""
        self._chosen += by
        self._lines = self._in_sight(self.size.height)
        self.refresh()

    def move_to_end(self, *, last: bool) -> None:
        """Choose the first or the last row."""
        self.move(len(self._rows) if last else -len(self._rows))

    def on_focus(self) -> None:
        """Mark the chosen row."""
        self.move(0)

    def on_blur(self) -> None:
        """Take the mark off."""
        self.move(0)

    def render_line(self, y: int) -> Strip:
        """One row, on a ground of its own when it is the chosen one."""
        chosen = self.has_focus and bool(self._rows) and y == self._chosen - self._top
        text = self._lines[y] if y < len(self._lines) else EMPTY
        return strip_of(text, self.size.width, CURSOR if chosen else GROUND)
