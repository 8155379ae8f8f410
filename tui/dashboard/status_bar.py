"""The top line: which night, what time it is there, how far the log is, and how old the newest event is."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.dashboard.lines import EMPTY, Line, line, strip_of
from tui.dashboard.moment import Moment
from tui.dashboard.palette import ALARM, BAR_GROUND, NORMAL, QUIET, STRONG
from tui.dashboard.wording import duration, jst_seconds, utc_seconds


class StatusBar(Widget):
    """One line."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self._line: Line = EMPTY

    def show(self, moment: Moment) -> None:
        """Show another moment."""
        text = status_line(moment, self.size.width)
        if text != self._line:
            self._line = text
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        return strip_of(self._line, self.size.width, BAR_GROUND)


def status_line(moment: Moment, width: int) -> Line:
    """Night, UTC, JST, log position, age of the newest event, and pace when the night is simulated.

    The age is in real time: the time of a simulated night stands still while its images are made.
    """
    overview, roomy = moment.overview, width >= 110
    pieces: list[str | tuple[str, Style]] = [
        (" Tomo-e Gozen  " if roomy else " ", STRONG),
        ("night " if roomy else "", QUIET),
        (overview.night.night or "no night", STRONG),
        ("  UTC ", QUIET),
        utc_seconds(moment.now_us),
        ("  JST ", QUIET),
        (jst_seconds(moment.now_us), STRONG),
        ("  log ", QUIET),
        f"{overview.position:,}",
        *_age(moment, "last event" if roomy else "event"),
    ]
    if overview.night.what_if:
        marked = overview.night.what_if.partition(" (")[0] if roomy else "WHAT-IF"
        pieces.insert(0, (f" {marked} ", ALARM))
    if overview.night.simulated:
        pieces.append(("  simulated" if roomy else "  sim", QUIET))
        if moment.pace is not None and moment.condition == "live":
            pace = f" x{moment.pace:.0f}"
            if _length(pieces) + len(pace) <= width:
                pieces.append((pace, QUIET))
    return line(*pieces)


def _length(pieces: list[str | tuple[str, Style]]) -> int:
    return sum(len(each if isinstance(each, str) else each[0]) for each in pieces)


def _age(moment: Moment, event: str) -> list[tuple[str, Style]]:
    if moment.condition == "over":
        return [("  night ended", NORMAL)]
    if not moment.overview.position:
        return [("  no event yet", NORMAL)]
    if moment.condition == "old":
        return [(f"  {event} ", QUIET), (f"OLD, {duration(moment.silent_seconds)}", ALARM)]
    seconds = moment.silent_seconds
    return [(f"  {event} ", QUIET), ("just now" if seconds < 1.0 else f"{duration(seconds)} ago", NORMAL)]
