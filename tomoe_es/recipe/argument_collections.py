"""The forms that arguments of several values take: names, a row of numbers, a map of fields, or nothing."""

from __future__ import annotations

from typing import Any

from tomoe_es.recipe.argument_faults import (
    ArgumentFaults,
    DuplicateName,
    MissingField,
    Path,
    Plain,
    UnknownField,
    UnknownName,
    WrongType,
    shown,
    suggestion,
)
from tomoe_es.recipe.argument_forms import Form
from tomoe_es.recipe.operation import ArgumentError


class Names(Form, frozen=True):
    """Several known names, each once: a list, or one scalar with commas."""

    known: tuple[str, ...]
    fault: type[UnknownName] = UnknownName
    as_list: bool = True  # canonical form

    def read(self, argument: Any, path: Path, faults: list[ArgumentError]) -> Any:
        if isinstance(argument, str):
            written = [(name.strip(), path) for name in argument.split(",")]
        elif isinstance(argument, list | tuple):
            written = [(name, (*path, index)) for index, name in enumerate(argument)]
        else:
            written = []
        if not written or written == [("", path)]:
            faults.append(self.wrong(argument, "a list of names", path))
            return None
        names: list[str] = []
        for name, place in written:
            if not isinstance(name, str):
                faults.append(self.wrong(name, "a name", place))
            elif name not in self.known:
                faults.append(self.fault(f"{shown(name)} is not known", suggestion(name, self.known), place))
            elif name in names:
                faults.append(DuplicateName(f"{shown(name)} stands there twice", "leave one out", place))
            else:
                names.append(str(name))
        return tuple(names)

    def write(self, value: Any) -> Any:
        return list(value) if self.as_list else ", ".join(value)

    def show(self, value: Any) -> str:
        return ", ".join(value)

    def describe(self) -> str:
        return f"one or more of {', '.join(f'`{name}`' for name in self.known)}"


class Nothing(Form, frozen=True):
    """No argument at all."""

    def values(self, argument: Any) -> tuple[Any, ...]:
        if argument is None or (isinstance(argument, Plain) and argument in {"", "~", "null"}):
            return ()
        raise WrongType(f"{shown(argument)} is more than it takes", "leave it out")

    def argument(self, values: tuple[Any, ...]) -> Any:
        return None

    def text(self, values: tuple[Any, ...]) -> str:
        return ""

    def describe(self) -> str:
        return "nothing"


class Row(Form, frozen=True):
    """A list of fixed length."""

    labels: tuple[str, ...]
    each: Form

    def values(self, argument: Any) -> tuple[Any, ...]:
        if not isinstance(argument, list | tuple) or len(argument) != len(self.labels):
            found = f"a list of {len(argument)}" if isinstance(argument, list | tuple) else shown(argument)
            expected = f"[{', '.join(self.labels)}]"
            raise WrongType(f"{found} stands where {expected} is expected", f"write {self.describe()}")
        faults: list[ArgumentError] = []
        values = tuple(self.each.read(item, (index,), faults) for index, item in enumerate(argument))
        if faults:
            raise ArgumentFaults(faults)
        return values

    def argument(self, values: tuple[Any, ...]) -> Any:
        return [self.each.write(value) for value in values]

    def text(self, values: tuple[Any, ...]) -> str:
        return ", ".join(self.each.show(value) for value in values)

    def describe(self) -> str:
        return f"`[{', '.join(self.labels)}]`, each {self.each.describe()}"


class Fields(Form, frozen=True):
    """A map in which every field is needed."""

    fields: dict[str, Form]

    def values(self, argument: Any) -> tuple[Any, ...]:
        if not isinstance(argument, dict):
            raise self.wrong(argument, f"{{ {', '.join(self.fields)} }}")
        faults: list[ArgumentError] = [
            UnknownField(f"{shown(name)} is not a field of it", suggestion(name, self.fields), (name,))
            for name in argument
            if name not in self.fields
        ]
        values = []
        for name, form in self.fields.items():
            if name in argument:
                values.append(form.read(argument[name], (name,), faults))
            else:
                faults.append(
                    MissingField(
                        f"the field '{name}' is missing", f"add '{name}', {form.describe()}", (name,)
                    )
                )
        if faults:
            raise ArgumentFaults(faults)
        return tuple(values)

    def argument(self, values: tuple[Any, ...]) -> Any:
        return {
            name: form.write(value) for (name, form), value in zip(self.fields.items(), values, strict=True)
        }

    def text(self, values: tuple[Any, ...]) -> str:
        return " ".join(
            f"{name} {form.show(value)}"
            for (name, form), value in zip(self.fields.items(), values, strict=True)
        )

    def describe(self) -> str:
        return "; ".join(f"`{name}`: {form.describe()}" for name, form in self.fields.items())
