"""The strip below the panels: what the night has come to so far, and the newest message."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from projections.overview_model import Counters
from tui.dashboard.lines import EMPTY, Line, line, strip_of
from tui.dashboard.moment import Moment
from tui.dashboard.palette import CAUTION, QUIET
from tui.dashboard.wording import archived_size, jst


class CountersStrip(Widget):
    """Two lines: what was observed; what came of it, and the newest message."""

    def __init__(self) -> None:
        super().__init__(id="counters")
        self._lines: list[Line] = []

    def show(self, moment: Moment) -> None:
        """Show another moment."""
        lines = [_observed(moment.overview.counters), _produced(moment)]
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One of the two lines."""
        return strip_of(self._lines[y] if y < len(self._lines) else EMPTY, self.size.width)


def _observed(counters: Counters) -> Line:
    """Recipes, exposures and chip-cubes; zeros of what is bad are left out."""
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
    given_up = sum(counters.given_up.values())
    if given_up:
        pieces.append((f", {given_up:,} given up", CAUTION))
    return line(*pieces)


def _produced(moment: Moment) -> Line:
    """Products and events, then the newest message."""
    counters = moment.overview.counters
    archived = f"{sum(counters.archived.values()):,} archived, {archived_size(moment.overview)}"
    pieces: list[str | tuple[str, Style]] = [(" products ", QUIET), archived]
    if counters.rejected:
        pieces.append((f", {counters.rejected:,} rejected", CAUTION))
    pieces += [("  events ", QUIET), f"{counters.events:,}"]
    for newest in moment.overview.messages[:1]:
        pieces += [(f"  message {jst(newest.time_us)} ", QUIET), newest.text]
    return line(*pieces)
