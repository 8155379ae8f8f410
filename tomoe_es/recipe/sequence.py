"""Checks over the list of operations: what must come before what, and which condition can ever hold.

Only what the recipe itself does is judged. What can come about from outside (an open slit, good weather,
twilight) is not an error before the night.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from tomoe_es.recipe.conditions import CONDITIONS
from tomoe_es.recipe.operation import Operation
from tomoe_es.recipe.operations import OPERATIONS

Report = Callable[[int, str, str, str], None]
"""Takes the index of an operation, the condition's name, the message, the remedy."""


class WrittenOperation(msgspec.Struct, frozen=True):
    """One line of Operations: its class, if the name (or what it was meant to be) is known, and its value."""

    declared: type[Operation] | None
    operation: Operation | None


class _Progress:
    """What is known after the operations so far."""

    def __init__(self) -> None:
        self.come: set[str] = set()  # names of operations
        self.brought: dict[str, bool] = {}  # condition to whether it is certain to have come about
        self.open: set[str] = set()  # conditions of which an unreadable operation leaves nothing known
        self.exposures: set[str] = set()

    def take_unreadable(self, declared: type[Operation] | None) -> None:
        """An operation with errors of its own may bring about anything that its kind can."""
        satisfied = declared.satisfies if declared is not None else frozenset(CONDITIONS)
        self.come |= {declared.__name__} if declared is not None else set(OPERATIONS)
        for name in satisfied:
            for each in (name, *CONDITIONS[name].excludes):
                self.brought.pop(each, None)
                self.open.add(each)

    def take(self, operation: Operation) -> None:
        """Take the effect of an operation in."""
        self.come.add(type(operation).__name__)
        for name in operation.brings_about():
            for excluded in CONDITIONS[name].excludes:
                self.brought.pop(excluded, None)
                self.open.discard(excluded)
            self.open.discard(name)
            self.brought[name] = not operation.completes_on_acceptance

    def excluded_by(self, name: str) -> str | None:
        """The condition brought about that excludes this one; None when it may hold."""
        return next((each for each in self.brought if name in CONDITIONS[each].excludes), None)


def check_sequence(written: Sequence[WrittenOperation], report: Report) -> None:
    """Report every operation that can't work where it stands."""
    progress = _Progress()
    for index, each in enumerate(written):
        if each.operation is None:
            progress.take_unreadable(each.declared)
            continue
        operation = each.operation
        waited_for: tuple[str, ...] = getattr(operation, "conditions", ())
        _check_order(index, operation, progress, report)
        if waited_for:
            _check_waited_for(index, waited_for, progress, report)
        else:
            _check_required(index, operation, progress, report)
        if operation.exposes:
            _check_exposure_name(index, operation, progress, report)
        progress.take(operation)


def _check_order(index: int, operation: Operation, progress: _Progress, report: Report) -> None:
    for name in operation.needs_before:
        if name not in progress.come:
            progress.come.add(name)  # said once
            report(
                index,
                "MissingOperation",
                f"{type(operation).__name__} comes before any {name}",
                f"put a {name} before it, as '{OPERATIONS[name].example}'",
            )


def _check_waited_for(index: int, names: tuple[str, ...], progress: _Progress, report: Report) -> None:
    for position, name in enumerate(names):
        condition = CONDITIONS[name]
        if name in progress.open:
            continue
        other = next((each for each in names[:position] if each in condition.excludes), None)
        excluding = progress.excluded_by(name)
        if other is not None:
            report(index, "NeverHolds", f"{name} and {other} never hold together", "leave one of them out")
        elif excluding is not None:
            report(
                index,
                "NeverHolds",
                f"{name} can't come about: the operations before lead to {excluding}",
                _remedy_for(name),
            )
        elif condition.only_after and condition.only_after not in progress.come:
            progress.come.add(condition.only_after)
            report(
                index,
                "NeverHolds",
                f"{name} can't come about: no {condition.only_after} comes before",
                _remedy_for(name),
            )
        elif name in progress.brought:
            progress.brought[name] = True


def _check_required(index: int, operation: Operation, progress: _Progress, report: Report) -> None:
    kind = type(operation).__name__
    for name in operation.required():
        if name in progress.open:
            continue
        excluding = progress.excluded_by(name)
        if excluding is not None:
            message = f"{kind} needs {name}, but the operations before lead to {excluding}"
            report(index, "NeverHolds", message, _remedy_for(name))
        elif progress.brought.get(name) is False:
            progress.brought[name] = True  # said once
            report(
                index,
                "NotWaitedFor",
                f"{kind} needs {name}, and begins while that is still on the way",
                f"add 'Wait: {name}' before it",
            )


def _check_exposure_name(index: int, operation: Operation, progress: _Progress, report: Report) -> None:
    name = operation.argument()
    if name in progress.exposures:
        report(index, "DuplicateName", f"an exposure '{name}' comes before", "give each its own name")
    progress.exposures.add(name)


def _remedy_for(name: str) -> str:
    brought_by = CONDITIONS[name].brought_by
    return f"put '{brought_by}' before it" if brought_by else "leave it out"
