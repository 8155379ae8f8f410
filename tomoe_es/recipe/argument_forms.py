"""The forms that single values take: a number with its unit and range, a choice, true or false, a text.

A form is data. The same declaration reads what a person wrote (and names every fault), writes it back in
the canonical form, and describes it in the reference.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

import msgspec

from tomoe_es.recipe.argument_faults import (
    ArgumentFaults,
    NotANumber,
    OutOfRange,
    Path,
    Plain,
    UnknownName,
    WrongType,
    shown,
    suggestion,
)
from tomoe_es.recipe.operation import ArgumentError


class Form(msgspec.Struct, frozen=True):
    """How one argument is written."""

    def values(self, argument: Any) -> tuple[Any, ...]:
        """The values of the operation's fields; raises ArgumentFaults with everything that is wrong."""
        faults: list[ArgumentError] = []
        value = self.read(argument, (), faults)
        if faults:
            raise ArgumentFaults(faults)
        return (value,)

    def argument(self, values: tuple[Any, ...]) -> Any:
        """Inverse of `values`: the argument in its canonical form."""
        return self.write(values[0])

    def text(self, values: tuple[Any, ...]) -> str:
        """The values in one line for people."""
        return self.show(values[0])

    def read(self, argument: Any, path: Path, faults: list[ArgumentError]) -> Any:
        """The value; adds to `faults` what is wrong, and returns None then."""
        raise NotImplementedError

    def write(self, value: Any) -> Any:
        """The canonical form of one value."""
        return value

    def show(self, value: Any) -> str:
        """One value for people."""
        return str(value)

    def describe(self) -> str:
        """What is to be written, for the reference and for remedies."""
        raise NotImplementedError

    def wrong(self, argument: Any, expected: str, path: Path = ()) -> WrongType:
        """Something else was written than a word, a text, a list."""
        return WrongType(
            f"{shown(argument)} stands where {expected} is expected", f"write {self.describe()}", path
        )


_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")


def _why_not_a_number(text: str) -> tuple[str, str]:
    """What is wrong with a word where a number is expected, and the remedy."""
    word = text.strip().lower()
    if not word or word in {"~", "null"}:
        return "there is no value", "write"
    if word.lstrip("+-").lstrip(".") in {"nan", "inf", "infinity"}:
        return f"{shown(text)} is not a finite number", "write"
    if re.fullmatch(r"[-+]?[0-9]+(:[0-9]+)+(\.[0-9]*)?", word):
        return f"{shown(text)} is sexagesimal", "convert it and write"
    if re.fullmatch(r"[-+]?0[xob][0-9a-f_]+", word) or _LEADING_ZERO.fullmatch(word):
        return f"{shown(text)} is read as octal, hexadecimal or decimal by different programs", "write"
    if re.fullmatch(r"[-+]?[0-9_.]+", word) and "_" in word:
        return f"{shown(text)} has underscores", "leave them out and write"
    return f"{shown(text)} is not a number", "write"


class Number(Form, frozen=True):
    """A number in a range, with its unit."""

    lowest: float
    highest: float
    unit: str = ""
    whole: bool = False
    highest_excluded: bool = False
    shown_as: str = ".7g"  # format on screens

    def read(self, argument: Any, path: Path, faults: list[ArgumentError]) -> Any:
        if isinstance(argument, Plain):
            if not _NUMBER.fullmatch(argument) or _LEADING_ZERO.fullmatch(argument):
                message, verb = _why_not_a_number(argument)
                faults.append(NotANumber(message, f"{verb} {self.describe()}", path))
                return None
            value = float(argument)
        elif isinstance(argument, str) and _NUMBER.fullmatch(argument):
            faults.append(WrongType(f"{shown(argument)} is a text in quotes", "take the quotes away", path))
            return None
        elif isinstance(argument, int | float) and not isinstance(argument, bool):
            value = float(argument)
        else:
            faults.append(WrongType(f"{shown(argument)} is not a number", f"write {self.describe()}", path))
            return None
        if not math.isfinite(value):
            faults.append(
                NotANumber(f"{shown(argument)} is not a finite number", f"write {self.describe()}", path)
            )
            return None
        too_high = value >= self.highest if self.highest_excluded else value > self.highest
        if value < self.lowest or too_high:
            written = str(argument)[:60]
            faults.append(
                OutOfRange(f"{written} is outside {self._range()}", f"write {self.describe()}", path)
            )
            return None
        if not self.whole:
            return value + 0.0  # -0.0 becomes 0.0
        if value != int(value):
            faults.append(WrongType(f"{argument} is not a whole number", f"write {self.describe()}", path))
            return None
        return int(value)

    def write(self, value: Any) -> Any:
        return int(value) if value == int(value) else value

    def show(self, value: Any) -> str:
        return format(value, "d" if self.whole else self.shown_as)

    def _range(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        upper = "below " if self.highest_excluded else ""
        return f"{self.lowest:g} to {upper}{self.highest:g}{unit}"

    def describe(self) -> str:
        return f"a {'whole ' if self.whole else ''}number from {self._range()}"


class Choice(Form, frozen=True):
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, argument: Any, path: Path, faults: list[ArgumentError]) -> Any:
        if isinstance(argument, str) and argument in self.words:
            return str(argument)
        if isinstance(argument, str) and argument:
            faults.append(
                UnknownName(f"{shown(argument)} is not known here", suggestion(argument, self.words), path)
            )
        else:
            faults.append(self.wrong(argument, "a word", path))
        return None

    def describe(self) -> str:
        return " or ".join(f"`{word}`" for word in self.words)


class Flag(Form, frozen=True):
    """True or false."""

    def read(self, argument: Any, path: Path, faults: list[ArgumentError]) -> Any:
        if isinstance(argument, bool):
            return argument
        if isinstance(argument, Plain) and argument in {"true", "True", "false", "False"}:
            return argument in {"true", "True"}
        faults.append(
            WrongType(f"{shown(argument)} is neither true nor false", f"write {self.describe()}", path)
        )
        return None

    def show(self, value: Any) -> str:
        return "true" if value else "false"

    def describe(self) -> str:
        return "`true` or `false`"


class Text(Form, frozen=True):
    """A text of limited length."""

    longest: int
    ascii_only: bool = True  # so that it fits into a FITS header
    forbidden: str = ""
    several_lines: bool = False
    may_be_empty: bool = False

    def read(self, argument: Any, path: Path, faults: list[ArgumentError]) -> Any:
        if not isinstance(argument, str):
            faults.append(self.wrong(argument, "a text", path))
            return None
        if isinstance(argument, Plain) and argument in {"~", "null", "Null", "NULL"}:
            faults.append(
                WrongType(
                    f"{shown(argument)} means 'no value'", "put it in quotes if it is meant as a text", path
                )
            )
            return None
        fault = self._fault(argument)
        if fault:
            faults.append(OutOfRange(fault, f"write {self.describe()}", path))
            return None
        return str(argument)

    def _fault(self, text: str) -> str | None:
        if not text and not self.may_be_empty:
            return "there is no text"
        length = len(text.replace("'", "''")) if self.ascii_only else len(text)
        if length > self.longest:
            return f"the text {shown(text)} has {length} characters"
        if not self.several_lines and text != text.strip():
            return f"the text {shown(text)} begins or ends with a space"
        allowed = "\n\t" if self.several_lines else ""
        for character in text:
            if character in self.forbidden or (self.ascii_only and not " " <= character <= "~"):
                return f"the character {character!r} can't stand here"
            if unicodedata.category(character) in {"Cc", "Cs"} and character not in allowed:
                return f"the control character {character!r} can't stand here"
        return None

    def describe(self) -> str:
        kind = "printable ASCII characters" if self.ascii_only else "characters"
        without = f" without {' '.join(self.forbidden)}" if self.forbidden else ""
        return f"{0 if self.may_be_empty else 1} to {self.longest} {kind}{without}"
