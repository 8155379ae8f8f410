"""The recipe that is being carried out, and how far it has come."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style

from projections.overview_model import Executing
from tomoe_es.clock import SECOND
from tui.dashboard.lines import Line, line
from tui.dashboard.moment import Moment
from tui.dashboard.palette import ALARM, BUSY, CAUTION, QUIET, STRONG
from tui.dashboard.panel import Detail, Panel
from tui.dashboard.recipe_lines import recipe_lines
from tui.dashboard.wording import duration, short_id

_BAR = 20


class ExecutingPanel(Panel):
    """Observer and project, operation n of m, its text, the time in it and its limit, and the lock."""

    NUMBER: ClassVar[int] = 2
    NAME: ClassVar[str] = "executing"

    def title(self, moment: Moment) -> str:
        """The recipe's short id."""
        executing = moment.overview.executing
        return short_id(executing.recipe_id) if executing else ""

    def say(self, moment: Moment, width: int, height: int) -> list[Line]:
        """Six lines, or the three that matter most."""
        executing = moment.overview.executing
        if executing is None:
            return _nothing(moment)
        who = line((f" {executing.observer}", STRONG), (f" | {executing.project}", STRONG))
        operation = line((f" {executing.text or 'before the first operation'}", BUSY))
        if height < 6:
            return [
                who,
                line((f" {_count(executing)} ", QUIET)) + operation,
                _time_in_operation(executing, moment.now_us),
            ]
        since = (moment.now_us - executing.started_us) / SECOND
        return [
            who,
            line(f" {executing.comment}"),
            line((f" priority {executing.priority:.2f}, runs for {duration(since)}", QUIET)),
            line(f" operation {_count(executing)} ", (_bar(executing), QUIET)),
            operation,
            _time_in_operation(executing, moment.now_us),
        ]

    def detail(self) -> Detail | None:
        """The recipe with its operations."""
        executing = self.moment.overview.executing if self.moment else None
        if executing is None:
            return None
        return Detail(
            title=f"Recipe {executing.recipe_id}",
            lines=recipe_lines(executing, "executing"),
            recipe_id=executing.recipe_id,
        )


def _nothing(moment: Moment) -> list[Line]:
    lines = [line((" nothing", QUIET))]
    overview = moment.overview
    held, lock = overview.held_by_lock, overview.lock
    if held is not None:
        by = " ".join(part for part in (lock.who, f"({lock.why})" if lock.why else "") if part)
        lines += [
            line((" LOCK BLOCKING", ALARM), f" {held.observer} | {held.comment}"),
            line((f" {short_id(held.recipe_id)} waits, locked{f' by {by}' if by else ''}", CAUTION)),
        ]
    elif lock.locked and overview.queue_mode == "running":
        lines.append(line((" the telescope is locked", CAUTION)))
    return lines


def _count(executing: Executing) -> str:
    return f"{executing.operation_number} of {executing.operations}"


def _bar(executing: Executing) -> str:
    done = _BAR * executing.operation_number // max(executing.operations, 1)
    return "━" * done + "─" * (_BAR - done)


def _time_in_operation(executing: Executing, now_us: int) -> Line:
    if not executing.operation_number:
        return line((" LOCK BLOCKING", ALARM)) if executing.lock_blocking else line("")
    seconds = max((now_us - executing.operation_since_us) / SECOND, 0.0)
    late = seconds > executing.time_limit_seconds
    style: Style = ALARM if late else QUIET
    said = f" for {duration(seconds)}, limit {duration(executing.time_limit_seconds)}"
    pieces: list[str | tuple[str, Style]] = [(said, style)]
    if late:
        pieces.append((" LATE", ALARM))
    if executing.lock_blocking:
        pieces.append(("  LOCK BLOCKING", ALARM))
    return line(*pieces)
