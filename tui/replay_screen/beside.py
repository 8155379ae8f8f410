"""The panels below the others: the events around the playhead, and why the event under it happened."""

from __future__ import annotations

from typing import ClassVar

from replay.causes import began_with
from tomoe_es.events.envelope import Recorded
from tui.commands.replay_text import duration
from tui.dashboard.lines import Line, column, line
from tui.dashboard.moment import Moment
from tui.dashboard.palette import ALARM, BUSY, GOOD, NORMAL, QUIET, STRONG
from tui.dashboard.panel import Row, RowsPanel
from tui.replay_screen.engine import View
from tui.replay_screen.event_text import clock_time, fields

_WORTH_SEEING = {"ViolationDetected": ALARM, "OperationFailed": ALARM, "RecipeStarted": GOOD}


class BesidePanel(RowsPanel):
    """Rows that are events; entering one goes there."""

    KEY: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__()
        self.view: View | None = None
        self._is_new = False  # the view, so that nothing in it was chosen yet

    def put(self, view: View) -> None:
        """Show what belongs to another place."""
        self.view, self._is_new = view, True
        self._say_again()

    def say(self, moment: Moment, width: int, height: int) -> list[Line]:
        """The rows in sight; those of another place with the event at the place chosen."""
        lines = super().say(moment, width, height)
        if self.view is None or not self._is_new:
            return lines
        self._is_new = False
        self._lines = lines
        self.choose(str(self.view.place.position))
        return self._lines

    @property
    def chosen_position(self) -> int | None:
        """Position of the chosen event."""
        return int(self.chosen_key) if self.chosen_key is not None else None

    def _titled(self, rest: str) -> str:
        return f"{self.KEY} {self.NAME} {rest}".rstrip()


class EventsPanel(BesidePanel):
    """The events before and after, the one under the playhead marked."""

    KEY: ClassVar[str] = "e"
    NAME: ClassVar[str] = "events"

    def title(self, moment: Moment) -> str:
        """What enter does."""
        return "enter: go there, w: why"

    def rows(self, moment: Moment, width: int) -> list[Row]:
        """One row an event."""
        if self.view is None:
            return []
        at = self.view.place.position
        return [_row(each, "▶" if each.position == at else " ", "") for each in self.view.events]


class WhyPanel(BesidePanel):
    """The causes of the event under the playhead, back to what began it."""

    KEY: ClassVar[str] = "w"
    NAME: ClassVar[str] = "why"

    def title(self, moment: Moment) -> str:
        """What it began with."""
        if self.view is None or not self.view.causes:
            return ""
        began = began_with(self.view.causes)
        by = f" by {began.actor}" if began.actor else ""
        return f"it began with event {began.position:,}, {type(began.payload).__name__}{by}"

    def rows(self, moment: Moment, width: int) -> list[Row]:
        """One row a cause, with how long before the one above it came."""
        if self.view is None:
            return []
        rows = []
        for each in self.view.causes:
            left_out = f"… {each.left_out} between " if each.left_out else ""
            how = f"{each.relation} " if each.relation not in ("", "cause") else ""
            gap = f"{duration(each.gap_us)} before" if each.relation else ""
            rows.append(_row(each.event, " ", f"{left_out}{how}{gap}", with_column=True))
        return rows


def _row(event: Recorded, mark: str, remark: str, *, with_column: bool = False) -> Row:
    kind = type(event.payload).__name__
    return Row(
        str(event.position),
        line(
            (mark, STRONG),
            (f"{event.position:>9,} ", QUIET),
            (f"{clock_time(event)} ", NORMAL),
            (f"{column(remark, 22)} " if with_column else "", BUSY),
            (f"{column(event.actor, 12)} ", QUIET),
            (kind, _WORTH_SEEING.get(kind, STRONG)),
            (f" {fields(event.payload)}", NORMAL),
        ),
    )
