"""The hardware: every device as its own reading tells it, the telescope lock, and the system's processes."""

from __future__ import annotations

from typing import ClassVar

from projections.overview_model import HardwareRow, LockOverview
from tui.dashboard.lines import Line, column, line, whole_words
from tui.dashboard.moment import Moment
from tui.dashboard.palette import ALARM, CAUTION, QUIET
from tui.dashboard.panel import Detail, Row, RowsPanel
from tui.dashboard.processes import NAME_WIDTH, PROCESSES, ill_processes, processes_detail, processes_row
from tui.dashboard.recipe_lines import field
from tui.dashboard.wording import brief_duration, jst_seconds, utc_seconds, words

_LOCK = "lock"


class HardwarePanel(RowsPanel):
    """Device, state, value and age; a device that is not well has a '!' and says why in alarm colours."""

    NUMBER: ClassVar[int] = 6
    NAME: ClassVar[str] = "hardware"
    NOTHING: ClassVar[str] = "nothing was read yet"

    def title(self, moment: Moment) -> str:
        """How many devices and processes are not well."""
        ill = sum(not row.ok for row in moment.overview.hardware) + len(ill_processes(moment))
        return f" {ill} NOT WELL" if ill else ""

    def alarms(self, moment: Moment) -> bool:
        """A device or a process is not well."""
        return not all(row.ok for row in moment.overview.hardware) or bool(ill_processes(moment))

    def rows(self, moment: Moment, width: int) -> list[Row]:
        """One row a device, the lock, the processes; a set lock and a process that is not well come first."""
        overview = moment.overview
        devices = [Row(row.device, _device(row, width)) for row in overview.hardware]
        lock, processes = Row(_LOCK, _lock(overview.lock, width)), processes_row(moment, width)
        first = [processes] if ill_processes(moment) else []
        first += [lock] if overview.lock.locked else []
        return [*first, *devices, *(each for each in (lock, processes) if each not in first)]

    def detail(self) -> Detail | None:
        """All that is known of the chosen device."""
        if self.moment is None:
            return None
        if self.chosen_key == PROCESSES:
            return processes_detail(self.moment)
        if self.chosen_key == _LOCK:
            return _lock_detail(self.moment.overview.lock)
        for row in self.moment.overview.hardware:
            if row.device == self.chosen_key:
                return _device_detail(row)
        return None


def _device(row: HardwareRow, width: int) -> Line:
    name = column(words(row.device), NAME_WIDTH)
    age = f" {brief_duration(row.age_seconds) if row.read_us else 'never':>4}"
    room = max(width - 1 - len(name) - len(age), 0)
    if not row.ok:
        return line(("!", ALARM), (name, ALARM), (column(row.problem, room), ALARM), (age, ALARM))
    said = column(whole_words(f"{words(row.state)} {row.value}", room), room)
    return line(" ", (name, QUIET), said, (age, QUIET))


def _lock(lock: LockOverview, width: int) -> Line:
    if not lock.locked:
        return line((f" {_LOCK:<{NAME_WIDTH}}", QUIET), "released")
    said = " ".join(part for part in ("LOCKED", lock.who, lock.why) if part)
    return line(
        ("!", CAUTION),
        (f"{_LOCK:<{NAME_WIDTH}}", CAUTION),
        (column(said, max(width - 1 - NAME_WIDTH, 0)), CAUTION),
    )


def _device_detail(row: HardwareRow) -> Detail:
    read = f"{jst_seconds(row.read_us)} JST, {utc_seconds(row.read_us)} UTC" if row.read_us else "never"
    problem = [line((f"{'problem':<14}", QUIET), (row.problem, ALARM))] if not row.ok else []
    return Detail(
        title=f"Device: {words(row.device)}",
        lines=[
            *problem,
            field("state", words(row.state)),
            field("value", row.value or "none"),
            field("read", f"{read}, {brief_duration(row.age_seconds)} before the newest event"),
        ],
    )


def _lock_detail(lock: LockOverview) -> Detail:
    state = "locked: nothing moves" if lock.locked else "released"
    since = f"{jst_seconds(lock.since_us)} JST, {utc_seconds(lock.since_us)} UTC"
    lines = [field("state", state), field("since", since)]
    if lock.locked:
        lines += [field("by", lock.who or "nobody named"), field("why", lock.why or "not said")]
    return Detail(title="Telescope lock", lines=lines)
