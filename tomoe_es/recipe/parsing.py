"""A recipe file to a recipe, or to every error that it has."""

from __future__ import annotations

from typing import Any

import msgspec

from tomoe_es.recipe.argument_faults import ArgumentFaults, UnknownField, shown, suggestion
from tomoe_es.recipe.argument_forms import Form, Number, Text
from tomoe_es.recipe.daylight import check_daylight
from tomoe_es.recipe.exposures import check_exposures
from tomoe_es.recipe.file_errors import ErrorList, RecipeError
from tomoe_es.recipe.model import OperationCall, Recipe
from tomoe_es.recipe.operation import ArgumentError, Operation
from tomoe_es.recipe.operations import OPERATIONS
from tomoe_es.recipe.sequence import WrittenOperation, check_sequence
from tomoe_es.recipe.targets import check_targets
from tomoe_es.recipe.time_window import moment_of, window_span
from tomoe_es.recipe.yaml_tree import Listing, Mapping, Node, Place, Scalar, is_readable, read_tree, value_of

MOST_OPERATIONS = 1000

HEADER_TEXT = Text(68)
"""Fits into the FITS header, as OBSERVER and PROJECT."""
PRIORITY = Number(0, 1)
COMMENT = Text(10_000, ascii_only=False, several_lines=True, may_be_empty=True)

FIELDS: dict[str, Form | None] = {
    "Observer": HEADER_TEXT,
    "Project": HEADER_TEXT,
    "Priority": PRIORITY,
    "Time Window": None,
    "Operations": None,
    "Comment": COMMENT,
}
"""The fields of a recipe, in their order; those with None have a form of their own."""

_LIKE = "see the form of a recipe in docs/reference/recipe-language.md"


class CheckedFile(msgspec.Struct, frozen=True):
    """A recipe file after its checks: the recipe, or every error in it by place."""

    recipe: Recipe | None
    errors: tuple[RecipeError, ...]


def parse_recipe(data: bytes, source_name: str, night: str) -> CheckedFile:
    """Check a recipe file for a night (as '2023-12-12').

    Raises ValueError when `night` is not a date; whatever is wrong with `data` is in the errors.
    """
    moment_of("12:00", night)
    errors = ErrorList(source_name)
    recipe = _Reader(night, errors).recipe(data)
    return CheckedFile(None if errors else recipe, errors.sorted())


class _Reader:
    """Reads one file, and adds to `errors` all that is wrong."""

    def __init__(self, night: str, errors: ErrorList) -> None:
        self._night, self._errors = night, errors

    def recipe(self, data: bytes) -> Recipe | None:
        """The recipe; None when it can't be made, and `errors` says why."""
        root = read_tree(data, self._errors)
        if not isinstance(root, Mapping):
            if not self._errors:
                place = root.place if root is not None else (1, 1)
                what = "the file is empty" if root is None else "the file is not a map of fields"
                self._errors.add(place, "", "WrongType", what, _LIKE)
            return None
        self._field_names(root)
        texts = {name: self._value(root, name, form) for name, form in FIELDS.items() if form is not None}
        window, span = self._time_window(root)
        calls = self._operations(root, span)
        if self._errors:
            return None
        return Recipe(
            observer=texts["Observer"],
            project=texts["Project"],
            priority=texts["Priority"],
            time_window=window,
            operations=tuple(calls),
            comment=texts["Comment"] or "",
        )

    def _field_names(self, root: Mapping) -> None:
        for name, (key, _) in root.entries.items():
            if name not in FIELDS:
                message = f"{shown(name)} is not a field of a recipe"
                self._errors.add(key.place, name[:60], "UnknownField", message, suggestion(name, FIELDS))
        for name in FIELDS:
            if name not in root.entries and name != "Comment":
                message = f"the field '{name}' is missing"
                self._errors.add(root.place, name, "MissingField", message, f"add '{name}: ...'; {_LIKE}")

    def _value(self, root: Mapping, name: str, form: Form) -> Any:
        """Value of a field of the recipe; None when it is missing or wrong."""
        _, node = root.entries.get(name, (None, None))
        if node is None or not is_readable(node):
            return None
        try:
            return form.values(value_of(node))[0]
        except ArgumentError as error:
            self._argument_errors(error, node, name)
            return None

    def _argument_errors(self, error: ArgumentError, node: Node, field: str) -> None:
        for each in error.faults if isinstance(error, ArgumentFaults) else (error,):
            place, path = node.place, field
            for step in each.path:
                path += f".{step[:60]}" if isinstance(step, str) else f"[{step + 1}]"
                if isinstance(node, Mapping) and step in node.entries:
                    key, value = node.entries[str(step)]
                    place = key.place if isinstance(each, UnknownField) else value.place
                elif isinstance(node, Listing) and isinstance(step, int):
                    place = node.items[step].place
            self._errors.add(place, path, each.condition, each.message, each.remedy)

    def _time_window(self, root: Mapping) -> tuple[tuple[str, str], tuple[int, int] | None]:
        """The window as written and as moments of the night; None where it is missing or wrong."""
        unknown = ("", ""), None
        _, node = root.entries.get("Time Window", (None, None))
        if node is None or not is_readable(node):
            return unknown
        remedy = "write two UTC times of day, as ['08:00:00.0', '10:30:00.0']"
        if not isinstance(node, Listing) or len(node.items) != 2:
            message = "two times are expected there"
            self._errors.add(node.place, "Time Window", "WrongType", message, remedy)
            return unknown
        times: list[str] = []
        for number, item in enumerate(node.items, 1):
            written = value_of(item)
            try:
                moment_of(written if isinstance(written, str) else "", self._night)
                times.append(str(written))
            except ValueError:
                message = f"{shown(written)} is not a time of day"
                self._errors.add(item.place, f"Time Window[{number}]", "WrongType", message, remedy)
        if len(times) != 2:
            return unknown
        window = times[0], times[1]
        try:
            return window, window_span(window, self._night)
        except ValueError as error:
            remedy = "write when it may begin and when it must end, in UTC; a night begins and ends at 03:00"
            self._errors.add(node.place, "Time Window", "BadTimeWindow", str(error), remedy)
            return unknown

    def _operations(self, root: Mapping, span: tuple[int, int] | None) -> list[OperationCall]:
        _, node = root.entries.get("Operations", (None, None))
        if node is None or not (isinstance(node, Listing) or is_readable(node)):
            return []
        empty = isinstance(node, Scalar) and node.text in {"", "~", "null"}
        if empty or (isinstance(node, Listing) and not node.items):
            remedy = "list what is to be done, each as '  - Operation: argument'"
            self._errors.add(node.place, "Operations", "NoOperations", "there are no operations", remedy)
            return []
        if not isinstance(node, Listing):
            remedy = "write each operation as '  - Operation: argument'"
            self._errors.add(node.place, "Operations", "WrongType", "a list is expected there", remedy)
            return []
        if len(node.items) > MOST_OPERATIONS:
            message = f"there are {len(node.items)} operations, over {MOST_OPERATIONS}"
            remedy = "divide the recipe into several"
            self._errors.add(node.place, "Operations", "TooManyOperations", message, remedy)
            return []
        written = [self._operation(item, f"Operations[{n}]") for n, item in enumerate(node.items, 1)]

        def report(index: int, condition: str, message: str, remedy: str) -> None:
            declared = written[index].declared
            field = f"Operations[{index + 1}].{declared.__name__ if declared else ''}"
            self._errors.add(node.items[index].place, field, condition, message, remedy)

        check_sequence(written, report)
        check_exposures(written, span, report)
        if span is not None:
            operations = [each.operation for each in written]
            check_targets(operations, span, self._night, report)
            check_daylight(operations, span, self._night, report)
        return [
            OperationCall(type(each.operation).__name__, each.operation.argument())
            for each in written
            if each.operation is not None
        ]

    def _operation(self, item: Node, field: str) -> WrittenOperation:
        """One item of the list: 'Name: argument', or 'Name' alone."""
        if isinstance(item, Scalar):
            return self._call(str(item.text), item.place, None, field)
        if not isinstance(item, Mapping):
            if is_readable(item):
                remedy = "write '  - Operation: argument'"
                self._errors.add(item.place, field, "WrongType", "an operation is expected there", remedy)
            return WrittenOperation(None, None)
        if len(item.entries) != 1:
            message = f"{len(item.entries)} operations stand in one item"
            remedy = "begin each operation with '  - ' on a line of its own"
            self._errors.add(item.place, field, "WrongType", message, remedy)
            return WrittenOperation(None, None)
        ((name, (key, argument)),) = item.entries.items()
        return self._call(name, key.place, argument, field)

    def _call(self, name: str, place: Place, argument: Node | None, field: str) -> WrittenOperation:
        declared = OPERATIONS.get(name)
        if declared is None:
            hint = suggestion(name, OPERATIONS)
            message = f"the operation {shown(name)} is not defined"
            self._errors.add(place, f"{field}.{name[:60]}", "UnknownOperation", message, hint)
            return WrittenOperation(meant(name), None)
        return WrittenOperation(declared, self._parsed(declared, place, argument, f"{field}.{name}"))

    def _parsed(
        self, declared: type[Operation], place: Place, argument: Node | None, field: str
    ) -> Operation | None:
        if argument is not None and not is_readable(argument):
            return None
        try:
            return declared.parse(None if argument is None else value_of(argument))
        except ArgumentError as error:
            self._argument_errors(error, Scalar(place, "") if argument is None else argument, field)
            return None


def meant(name: str) -> type[Operation] | None:
    """The operation that a mistyped name most likely means; None when nothing is near."""
    hint = suggestion(name, OPERATIONS)
    return next((each for known, each in OPERATIONS.items() if hint == f"did you mean '{known}'?"), None)
