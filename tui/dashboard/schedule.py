"""The schedule: which phase the night is in, its times, and whether observing goes on."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style

from projections.overview_model import PlannedTimes
from tomoe_es.clock import SECOND
from tui.dashboard.lines import Line, line
from tui.dashboard.moment import Moment
from tui.dashboard.palette import ALARM, BUSY, CAUTION, GOOD, NORMAL, QUIET, STRONG
from tui.dashboard.panel import Panel
from tui.dashboard.wording import duration, jst, utc, words

_PHASE_STYLES = {"observing": GOOD, "interrupted": ALARM, "ended": QUIET}
_MODE_STYLES = {"running": GOOD, "paused": CAUTION, "suspended": ALARM}


class SchedulePanel(Panel):
    """Phase and queue, then the night's times in JST and UTC; one line when there is no room for more."""

    NUMBER: ClassVar[int] = 1
    NAME: ClassVar[str] = "schedule"

    def title(self, moment: Moment) -> str:
        """The times, when the panel itself has only one line."""
        planned = moment.overview.night.planned
        if planned is None or self.size.height > 1:
            return ""
        return (
            f" calibration {jst(planned.calibration_us)}  start {jst(planned.observing_start_us)}"
            f"  end {jst(planned.observing_end_us)} JST"
        )

    def alarms(self, moment: Moment) -> bool:
        """Observing is suspended, or the night was cut off."""
        return moment.overview.queue_mode == "suspended" or moment.overview.night.phase == "interrupted"

    def say(self, moment: Moment, width: int, height: int) -> list[Line]:
        """Phase, queue, and as many of the times as there is room for."""
        if height == 1:
            return [line(" ", *_phase(moment)[:2], "  ", *_queue(moment))]
        lines = [line(" ", *_phase(moment)), line(" ", *_queue(moment))]
        planned = moment.overview.night.planned
        if planned is None:
            return [*lines, line((" no times planned yet", QUIET))]
        return [*lines, *_times(planned, moment.now_us, all_six=height >= 9)]


def _phase(moment: Moment) -> list[str | tuple[str, Style]]:
    night = moment.overview.night
    if not night.phase:
        return [("no night yet", QUIET)]
    pieces: list[str | tuple[str, Style]] = [
        (words(night.phase).upper(), _PHASE_STYLES.get(night.phase, BUSY) + Style(bold=True)),
        (f" since {jst(night.phase_since_us)}", NORMAL),
    ]
    return [*pieces, (f"  {night.phase_reason}", QUIET)] if night.phase_reason else pieces


def _queue(moment: Moment) -> list[str | tuple[str, Style]]:
    overview = moment.overview
    mode = overview.queue_mode
    word = mode if mode == "running" else mode.upper()
    pieces: list[str | tuple[str, Style]] = [("queue ", QUIET), (word, _MODE_STYLES[mode])]
    if overview.queue_held_by:
        pieces.append((f" by {overview.queue_held_by}", CAUTION))
    if overview.queue_since_us:
        pieces.append((f" since {jst(overview.queue_since_us)}", NORMAL))
    if overview.queue_reason:
        pieces.append((f": {overview.queue_reason}", QUIET if mode == "running" else CAUTION))
    return pieces


def _times(planned: PlannedTimes, now_us: int, *, all_six: bool) -> list[Line]:
    chosen = [
        ("start-up", planned.start_up_us, False),
        ("sunset", planned.sunset_us, False),
        ("calibration", planned.calibration_us, True),
        ("start", planned.observing_start_us, True),
        ("end", planned.observing_end_us, True),
        ("sunrise", planned.sunrise_us, False),
    ]
    chosen.sort(key=lambda each: each[1])
    lines = [line((f" {'':<12}{'JST':<6}{'UTC':<6}", QUIET))]
    for name, time_us, essential in chosen:
        if essential or all_six:
            style = QUIET if time_us <= now_us else STRONG
            lines.append(
                line((f" {name:<12}", QUIET), (f"{jst(time_us):<6}", style), (f"{utc(time_us):<6}", QUIET))
                + line((_away(time_us, now_us), QUIET))
            )
    return lines


def _away(time_us: int, now_us: int) -> str:
    seconds = (time_us - now_us) / SECOND
    return f"in {duration(seconds)}" if seconds > 0 else f"{duration(-seconds)} ago"
