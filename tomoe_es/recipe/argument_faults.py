"""What can be wrong with an argument, each with a name, and how messages show what was written."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from tomoe_es.recipe.operation import ArgumentError

Path = tuple[str | int, ...]


class Plain(str):
    """A value written without quotes: a number, a word or a text, as the form of its field judges."""


class WrongType(ArgumentError):
    """Something else was written than what is expected there."""


class NotANumber(WrongType):
    """What is written there is not a finite decimal number."""


class OutOfRange(ArgumentError):
    """The value is outside what is possible or allowed."""


class UnknownName(ArgumentError):
    """The word is not among those known there."""


class UnknownCondition(UnknownName):
    """No such condition is known."""


class UnknownField(ArgumentError):
    """No such field exists there."""


class MissingField(ArgumentError):
    """A field that is needed is not there."""


class DuplicateName(ArgumentError):
    """The same name stands there twice."""


class ArgumentFaults(ArgumentError):
    """Every fault of one argument; the first one speaks for all."""

    def __init__(self, faults: list[ArgumentError]) -> None:
        super().__init__(faults[0].message, faults[0].remedy, faults[0].path)
        self.faults = tuple(faults)


def shown(value: Any) -> str:
    """A written value as messages show it."""
    if isinstance(value, str):
        text = value if len(value) <= 60 else value[:57] + "..."
        return f"'{text}'" if text else "nothing"
    if isinstance(value, list | tuple | dict):
        kind = "map" if isinstance(value, dict) else "list"
        return f"a {kind}" if value else f"an empty {kind}"
    return "nothing" if value is None else f"{value!r}"


def suggestion(word: str, known: Iterable[str]) -> str:
    """'did you mean', or what is known."""
    names = list(known)
    near = [name for name in names if name.casefold() == word.casefold()]
    near = near or difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else f"known are {', '.join(names)}"
