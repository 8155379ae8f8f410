"""The strip below the panels: what the night has come to so far, and the newest message."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from projections.overview_model import Counters
from tui.dashboard.lines import EMPTY, Line, line, strip_of
from tui.dashboard.moment import Moment
from tui.dashboard.palette import CAUTION, NORMAL, QUIET
from tui.dashboard.wording import jst, size


class CountersStrip(Widget):
    """Two lines: the counters, the newest message."""

    def __init__(self) -> None:
        super().__init__(id="counters")
        self._lines: list[Line] = []

    def show(self, moment: Moment) -> None:
        """Show another moment."""
        lines = [counters_line(moment.overview.counters), _message(moment)]
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One of the two lines."""
        return strip_of(self._lines[y] if y < len(self._lines) else EMPTY, self.size.width)


def counters_line(counters: Counters) -> Line:
    """Recipes, exposures, chip-cubes, products and events on one line; zeros of what is bad are left out."""
    cancelled = sum(counters.recipes_cancelled.values())
    pieces: list[str | tuple[str, Style]] = [(" recipes ", QUIET), f"{counters.recipes_done} done"]
    for count, word in (
        (cancelled, "cancelled"),
        (counters.recipes_interrupted, "interrupted"),
        (counters.recipes_expired, "expired"),
        (counters.recipes_refused, "refused"),
    ):
        if count:
            pieces.append((f", {count} {word}", CAUTION))
    pieces += [("  exposures ", QUIET), f"{counters.exposures:,}"]
    if counters.exposures_aborted:
        pieces.append((f", {counters.exposures_aborted} aborted", CAUTION))
    pieces += [("  chip-cubes ", QUIET), f"{counters.chip_cubes:,}"]
    if counters.chip_cubes_lost:
        pieces.append((f", {counters.chip_cubes_lost:,} lost", CAUTION))
    archived = sum(counters.archived.values())
    pieces += [("  products ", QUIET), f"{archived:,} archived {size(counters.archived_bytes)}"]
    if counters.rejected:
        pieces.append((f", {counters.rejected:,} rejected", CAUTION))
    pieces += [("  events ", QUIET), f"{counters.events:,}"]
    return line(*pieces)


def _message(moment: Moment) -> Line:
    if not moment.overview.messages:
        return EMPTY
    newest = moment.overview.messages[0]
    return line((f" message {jst(newest.time_us)} ", QUIET), (newest.text, NORMAL))
