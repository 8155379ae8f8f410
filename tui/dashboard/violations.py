"""Violations: what departed from normal, newest first, a burst of one name on one line."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style

from projections.overview_model import ViolationLine
from tui.dashboard.lines import line
from tui.dashboard.moment import Moment
from tui.dashboard.palette import ALARM, CAUTION, NORMAL, QUIET
from tui.dashboard.panel import Detail, Row, RowsPanel
from tui.dashboard.recipe_lines import field
from tui.dashboard.wording import jst, jst_seconds, utc_seconds

_SEVERITIES: dict[str, tuple[str, Style]] = {
    "notice": ("notice", NORMAL),
    "warning": ("warning", CAUTION),
    "serious": ("SERIOUS", ALARM),
    "critical": ("CRITICAL", ALARM),
}


class ViolationsPanel(RowsPanel):
    """Time, severity, how often, name, thing and message."""

    NUMBER: ClassVar[int] = 9
    NAME: ClassVar[str] = "violations"
    NOTHING: ClassVar[str] = "none"

    def title(self, moment: Moment) -> str:
        """How many there were in all."""
        total = moment.overview.violations_total
        return f"{total:,}" if total else ""

    def rows(self, moment: Moment, width: int) -> list[Row]:
        """One row a burst."""
        return [_row(violation) for violation in moment.overview.violations]

    def detail(self) -> Detail | None:
        """The chosen burst in full."""
        violations = self.moment.overview.violations if self.moment else ()
        for violation in violations:
            if _key(violation) == self.chosen_key:
                return _detail(violation)
        return None


def _key(violation: ViolationLine) -> str:
    return f"{violation.name} {violation.first_us}"


def _row(violation: ViolationLine) -> Row:
    word, style = _severity(violation)
    times = f"×{violation.count} " if violation.count > 1 else ""
    return Row(
        _key(violation),
        line(
            (f"{jst(violation.last_us)} ", QUIET),
            (f"{word:<8} ", style),
            (f"{times}{violation.name} ", style),
            (f"{violation.thing}: {violation.message}", NORMAL),
        ),
    )


def _severity(violation: ViolationLine) -> tuple[str, Style]:
    """An unknown severity is shown as loud as the loudest."""
    return _SEVERITIES.get(violation.severity, (violation.severity, ALARM))


def _detail(violation: ViolationLine) -> Detail:
    word, style = _severity(violation)
    first, last = violation.first_us, violation.last_us
    return Detail(
        title=f"Violation: {violation.name}",
        lines=[
            line((f"{'severity':<14}", QUIET), (word, style)),
            field("thing", violation.thing),
            field("message", violation.message),
            field("how often", f"{violation.count:,}"),
            field("first", f"{jst_seconds(first)} JST, {utc_seconds(first)} UTC"),
            field("newest", f"{jst_seconds(last)} JST, {utc_seconds(last)} UTC"),
        ],
    )
