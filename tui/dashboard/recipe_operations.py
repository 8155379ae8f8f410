"""A recipe's operations and how far each has come, read from the recipe's own stream of the log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec
from rich.style import Style

from tomoe_es.clock import SECOND
from tomoe_es.events import ErasedPayload, recipe
from tomoe_es.events.envelope import Recorded
from tui.dashboard.lines import Line, line
from tui.dashboard.palette import ALARM, BUSY, CAUTION, GOOD, NORMAL, QUIET
from tui.dashboard.recipe_lines import field
from tui.dashboard.wording import duration, jst_seconds

State = Literal["not yet", "running", "done", "skipped", "FAILED", "stopped"]
_STYLES: dict[State, Style] = {
    "not yet": QUIET,
    "running": BUSY,
    "done": GOOD,
    "skipped": QUIET,
    "FAILED": ALARM,
    "stopped": CAUTION,
}


class OperationProgress(msgspec.Struct):
    """One operation of the recipe."""

    text: str
    state: State = "not yet"
    started_us: int = 0
    ended_us: int = 0
    remark: str = ""


class RecipeProgress(msgspec.Struct, kw_only=True):
    """Where the recipe came from, and its operations in the newest run."""

    source_name: str = ""
    submitted_by: str = ""
    submitted_us: int = 0
    runs: int = 0
    operations: list[OperationProgress] = []

    def operation(self, index: int) -> OperationProgress:
        """The operation of a number, from 0, also when the recipe that names it was erased."""
        while len(self.operations) <= index:
            self.operations.append(OperationProgress("(erased)"))
        return self.operations[index]


def recipe_progress(events: Iterable[Recorded]) -> RecipeProgress:
    """Follow the events of one recipe's stream."""
    progress = RecipeProgress()
    for recorded in events:
        _evolve(progress, recorded)
    return progress


def _evolve(progress: RecipeProgress, recorded: Recorded) -> None:
    event = recorded.payload
    match event:
        case recipe.RecipeSubmitted():
            progress.source_name, progress.submitted_by = event.source_name, event.submitted_by
            progress.submitted_us = recorded.time
            progress.operations = [
                OperationProgress(_written(call.name, call.argument)) for call in event.recipe.operations
            ]
        case ErasedPayload(of_type="RecipeSubmitted"):
            progress.source_name = progress.submitted_by = "(erased)"
            progress.submitted_us = recorded.time
        case recipe.RecipeStarted():
            progress.runs += 1
            progress.operations = [OperationProgress(each.text) for each in progress.operations]
        case recipe.OperationStarted():
            operation = progress.operation(event.index)
            operation.text, operation.state, operation.started_us = event.text, "running", recorded.time
        case recipe.OperationCompleted():
            _end(progress.operation(event.index), "done", recorded.time, "")
        case recipe.OperationSkipped():
            _end(progress.operation(event.index), "skipped", recorded.time, event.reason)
        case recipe.OperationFailed():
            remark = f"{event.condition}: {event.message}"
            _end(progress.operation(event.index), "FAILED", recorded.time, remark)
        case recipe.RecipeInterrupted():
            for operation in progress.operations:
                if operation.state == "running":
                    _end(operation, "stopped", recorded.time, event.reason)
        case _:
            pass


def _end(operation: OperationProgress, state: State, time_us: int, remark: str) -> None:
    operation.state, operation.ended_us, operation.remark = state, time_us, remark


def _written(name: str, argument: Any) -> str:
    if isinstance(argument, list | tuple):
        return f"{name}: {', '.join(str(each) for each in argument)}"
    if isinstance(argument, dict):
        return f"{name}: {', '.join(f'{key} {value}' for key, value in argument.items())}"
    return name if argument is None else f"{name}: {argument}"


def progress_lines(progress: RecipeProgress) -> list[Line]:
    """The recipe's origin, then a line an operation."""
    if not progress.submitted_us:
        return [line(("the log does not hold this recipe", CAUTION))]
    lines = [
        field("submitted", f"{jst_seconds(progress.submitted_us)} JST by {progress.submitted_by}"),
        field("from", progress.source_name or "not said"),
        field("runs", f"{progress.runs}"),
        line(""),
        line(("  n  state    took         operation", QUIET)),
    ]
    for number, operation in enumerate(progress.operations, start=1):
        took = (operation.ended_us - operation.started_us) / SECOND if operation.ended_us else 0.0
        timed = operation.started_us and operation.ended_us
        lines.append(
            line(
                (f"{number:>3}  ", QUIET),
                (f"{operation.state:<8} ", _STYLES[operation.state]),
                (f"{duration(took) if timed else '':<12} ", QUIET),
                operation.text,
                (f"  {operation.remark}" if operation.remark else "", NORMAL),
            )
        )
    return lines
