"""The two top lines that always say REPLAY: which night of which log, which moment, how fast, which event."""

from __future__ import annotations

import msgspec
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from replay.night import Identity
from tui.dashboard.lines import EMPTY, Line, column, line, strip_of
from tui.dashboard.palette import ALARM
from tui.dashboard.wording import jst_seconds, utc_seconds
from tui.replay_screen.colours import ON_REPLAY, QUIET_ON_REPLAY, REPLAY_GROUND, REPLAY_WORD
from tui.replay_screen.engine import View
from tui.replay_screen.event_text import event_text

ROOMY_FROM = 110


class BarState(msgspec.Struct, frozen=True, kw_only=True):
    """What the bar says; `view` is None before the first place was reached."""

    identity: Identity | None
    view: View | None
    plays: bool
    speed: float
    on_the_way: float | None  # part of the way to a place that is not near, 0 to 1


class ReplayBar(Widget):
    """Two lines."""

    def __init__(self) -> None:
        super().__init__(id="replay")
        self._lines: list[Line] = []

    def show(self, state: BarState) -> None:
        """Show another state."""
        lines = [moment_line(state, self.size.width), event_and_log(state, self.size.width)]
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One of the two lines."""
        return strip_of(self._lines[y] if y < len(self._lines) else EMPTY, self.size.width, REPLAY_GROUND)


def moment_line(state: BarState, width: int) -> Line:
    """REPLAY, night, time, position, speed."""
    identity, view, roomy = state.identity, state.view, width >= ROOMY_FROM
    pieces: list[str | tuple[str, Style]] = [(" REPLAY ", REPLAY_WORD), (" ", QUIET_ON_REPLAY)]
    if identity is None:
        return line(*pieces, ("opening the log …", ON_REPLAY))
    pieces += [("night " if roomy else "", QUIET_ON_REPLAY), (identity.night, ON_REPLAY)]
    if view is not None:
        time_us, count = view.place.time_us, identity.last_position - identity.first_position
        part = 100 * (view.place.position - identity.first_position) / max(count, 1)
        pieces += [
            ("  JST ", QUIET_ON_REPLAY),
            (jst_seconds(time_us), ON_REPLAY),
            ("  UTC " if roomy else " UTC ", QUIET_ON_REPLAY),
            (utc_seconds(time_us), ON_REPLAY),
            ("  event " if roomy else "  #", QUIET_ON_REPLAY),
            (f"{view.place.position:,}", ON_REPLAY),
            (f" of {identity.last_position:,}" if roomy else "", QUIET_ON_REPLAY),
            (f"  {part:.1f} %", ON_REPLAY),
        ]
    return line(*pieces, *_pace(state, roomy=roomy))


def _pace(state: BarState, *, roomy: bool) -> list[tuple[str, Style]]:
    if state.on_the_way is not None:
        folded = f"{100 * state.on_the_way:.0f} %"
        return [(f"  folding {folded} of the way" if roomy else f" folded {folded}", ON_REPLAY)]
    if state.plays:
        return [("  plays" if roomy else " ▶", ON_REPLAY), (f" x{state.speed:g}", ON_REPLAY)]
    return [("  paused" if roomy else " ‖", ON_REPLAY), (f" x{state.speed:g}", QUIET_ON_REPLAY)]


def event_and_log(state: BarState, width: int) -> Line:
    """The event, at the right the beginning of the log's digest; first of all whether it never happened."""
    if state.identity is None:
        return EMPTY
    log = f" log {state.identity.log_digest.rpartition(':')[2][:12]} "
    said = event_text(state.view.event) if state.view is not None else "reading the night …"
    mark = " WHAT-IF " if state.identity.what_if else ""
    room = max(width - cell_len(mark) - cell_len(log) - 1, 0)
    return line((mark, ALARM), (" " + column(said, room), ON_REPLAY), (log, QUIET_ON_REPLAY))
