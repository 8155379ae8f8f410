"""Alarms: open ones on top and loud, the others quiet below; a burst of one name on one line."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style

from projections.overview_model import AlarmLine
from tomoe_es.conditions import condition
from tomoe_es.control.alarm_answers import by_real_clock
from tomoe_es.night import JST
from tui.commands.alarm_text import state_word
from tui.commands.event_text import evidence_text
from tui.conditions import named_in
from tui.dashboard.lines import Line, line, wrapped
from tui.dashboard.moment import Moment
from tui.dashboard.palette import ALARM, CAUTION, NORMAL, QUIET, STRONG
from tui.dashboard.panel import Detail, Row, RowsPanel
from tui.dashboard.recipe_lines import field
from tui.dashboard.wording import jst, jst_seconds, utc_seconds

_SEVERITIES: dict[str, tuple[str, Style]] = {
    "notice": ("notice", NORMAL),
    "warning": ("warning", CAUTION),
    "serious": ("SERIOUS", ALARM),
    "critical": ("CRITICAL", ALARM + Style(reverse=True)),
}
_LOUD = ("notice", "warning")
"""Severities whose open alarms leave the panel's frame as it is."""
_DETAIL_WIDTH = 60


class ViolationsPanel(RowsPanel):
    """Time, severity, how often, name, thing and message; '!' marks what is open."""

    NUMBER: ClassVar[int] = 9
    NAME: ClassVar[str] = "violations"
    NOTHING: ClassVar[str] = "none"

    def title(self, moment: Moment) -> str:
        """How many are open, how many there were in all, how many names are muted."""
        overview = moment.overview
        count = sum(each.open for each in overview.alarms)
        parts = [f"{count:,} OPEN"] if count else []
        if overview.violations_total:
            parts.append(f"{overview.violations_total:,} in all")
        if overview.muted:
            parts.append(f"{len(overview.muted)} muted")
        return ", ".join(parts)

    def alarms(self, moment: Moment) -> bool:
        """A serious alarm is open; an unknown severity counts as one."""
        return any(each.open and each.severity not in _LOUD for each in moment.overview.alarms)

    def rows(self, moment: Moment, width: int) -> list[Row]:
        """One row a burst."""
        return [_row(each) for each in moment.overview.alarms]

    @property
    def chosen(self) -> AlarmLine | None:
        """The alarm that the keys act on."""
        alarms = self.moment.overview.alarms if self.moment else ()
        return next((each for each in alarms if _key(each) == self.chosen_key), None)

    def detail(self) -> Detail | None:
        """The chosen burst in full; what led to it follows from the log."""
        return _detail(self.chosen) if self.chosen else None


def _key(alarm: AlarmLine) -> str:
    return f"{alarm.name} {alarm.first_us}"


def _row(alarm: AlarmLine) -> Row:
    word, style = severity(alarm)
    times = f"×{alarm.count} " if alarm.count > 1 else ""
    if not alarm.open:
        text = f" {jst(alarm.last_us)} {word:<8} {times}{alarm.name} {_over(alarm)}{alarm.said}"
        return Row(_key(alarm), line((text, QUIET)))
    muted: list[tuple[str, Style]] = [("muted ", CAUTION)] if alarm.muted_until_us else []
    return Row(
        _key(alarm),
        line(
            ("!", style),
            (f"{jst(alarm.last_us)} ", QUIET),
            (f"{word:<8}", style),
            (" ", NORMAL),
            *muted,
            (f"{times}{alarm.name} ", ALARM if alarm.severity not in _LOUD else style),
            (alarm.said, NORMAL),
        ),
    )


def _over(alarm: AlarmLine) -> str:
    """How an alarm that is not open has ended."""
    if alarm.kind != "violation":
        return ""
    return f"[acknowledged by {alarm.acknowledged_by}] " if alarm.acknowledged_by else "[over] "


def severity(alarm: AlarmLine) -> tuple[str, Style]:
    """Its word and style; an unknown severity is shown as loud as the loudest."""
    return _SEVERITIES.get(alarm.severity, (alarm.severity, ALARM + Style(reverse=True)))


def _detail(alarm: AlarmLine) -> Detail:
    word, style = severity(alarm)
    causes = [known for _, known in named_in(alarm.name, condition) if known]
    ask = "" if causes or alarm.kind == "violation" else f"'tomoe alarm show {alarm.position}' says it"
    lines: list[Line] = [
        line((f"{'state':<14}", QUIET), (state_word(alarm), ALARM if alarm.open else STRONG)),
        line((f"{'severity':<14}", QUIET), (word, style)),
        field("thing", alarm.thing),
        *_field("message", alarm.message),
        *_field("meaning", "; ".join(each.meaning for each in causes)),
        *_field("what to do", "; ".join(each.what_to_do for each in causes) or ask),
    ]
    lines += [
        field("how often", f"{alarm.count:,}, {alarm.open:,} open, {alarm.cleared:,} cleared"),
        field("first", _time(alarm.first_us)),
        field("newest", _time(alarm.last_us)),
    ]
    if alarm.acknowledged_by:
        at = f"{jst_seconds(alarm.acknowledged_us)} JST"
        real = by_real_clock(alarm.acknowledged_us, alarm.acknowledged_said_us, JST)
        answer = f"{alarm.acknowledged_by} at {at}{real}: {alarm.acknowledged_why}"
        lines += _field("acknowledged", answer)
    if alarm.muted_until_us:
        lines.append(field("muted until", _time(alarm.muted_until_us)))
    if alarm.evidence:
        lines.append(field("evidence", ", ".join(map(evidence_text, alarm.evidence))))
    return Detail(
        title=f"{'Violation' if alarm.kind == 'violation' else 'Chips'}: {alarm.name}",
        lines=lines,
        position=alarm.position if alarm.kind == "violation" else 0,
    )


def _time(time_us: int) -> str:
    return f"{jst_seconds(time_us)} JST, {utc_seconds(time_us)} UTC"


def _field(name: str, text: str) -> list[Line]:
    """A field whose text may take several lines; none when there is no text."""
    return [field("" if row else name, part) for row, part in enumerate(wrapped(text, _DETAIL_WIDTH))]
