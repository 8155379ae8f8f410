"""What can be wrong with a recipe file: each condition has a name, and each error its place and remedy."""

from __future__ import annotations

import msgspec

ERROR_CONDITIONS: dict[str, str] = {
    "FileTooLarge": "the file is over 1 MB",
    "NotUtf8": "the file is not encoded in UTF-8",
    "ControlCharacter": "the file holds a character that can't be seen",
    "NotYaml": "the file is not well-formed YAML",
    "AliasRefused": "an anchor (&name) or alias (*name): what is meant must be written out",
    "TagRefused": "a tag (!name): the fields of a recipe have their types already",
    "SeveralDocuments": "a second YAML document in one file",
    "TooDeep": "lists or maps are nested more deeply than in any recipe",
    "DuplicateKey": "the same key stands twice in one map",
    "WrongType": "something else was written than what is expected there",
    "NotANumber": "not a finite decimal number",
    "OutOfRange": "outside what is possible or allowed",
    "MissingField": "a field that is needed is not there",
    "UnknownField": "no such field exists there",
    "UnknownName": "the word is not among those known there",
    "UnknownCondition": "no such condition is known",
    "UnknownOperation": "no such operation is defined; what is not defined can't be executed",
    "DuplicateName": "the same name stands there twice",
    "NoOperations": "the recipe does nothing",
    "TooManyOperations": "more operations than one recipe may have",
    "BadTimeWindow": "the time window is empty, or does not lie within one night",
    "MissingOperation": "an operation needs another one before it in the same recipe",
    "NeverHolds": "what the recipe itself does before excludes the condition",
    "NotWaitedFor": "an operation begins while what it needs may still be on the way",
    "NeverRises": "the target does not rise above the lowest altitude within the time window",
    "InDaylight": "the sky is to be exposed, and the Sun is up throughout the time window",
    "TooFewFrames": "an exposure has too few frames for what is to be made of it",
    "WindowTooShort": "the exposures take longer than the time window",
    "TooManyErrors": "the file has more errors than are worth listing",
}
"""Every condition of a recipe file by its name, with what it means."""

MOST_ERRORS = 500
"""More than these in one file say only that it is no recipe."""


class RecipeError(msgspec.Struct, frozen=True, kw_only=True):
    """One error of a recipe file: where it is, what is wrong, and what to do. Counts begin at 1."""

    file: str
    line: int
    column: int
    field: str  # as 'Operations[3].Pointing.ra'; empty for the file as a whole
    condition: str  # one of ERROR_CONDITIONS
    message: str
    remedy: str

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}:{self.column}: {field}{self.message}; {self.remedy}"


class ErrorList:
    """Collects the errors of one file."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._errors: list[RecipeError] = []

    def add(self, place: tuple[int, int], field: str, condition: str, message: str, remedy: str) -> None:
        """Take an error in; `place` is line and column, from 1."""
        if condition not in ERROR_CONDITIONS:
            raise KeyError(f"'{condition}' is not in ERROR_CONDITIONS: add it there with its meaning")
        line, column = place
        self._errors.append(
            RecipeError(
                file=self._file,
                line=line,
                column=column,
                field=field,
                condition=condition,
                message=message,
                remedy=remedy,
            )
        )

    def __len__(self) -> int:
        return len(self._errors)

    def sorted(self) -> tuple[RecipeError, ...]:
        """All errors by their place in the file; of more than MOST_ERRORS the rest are counted."""
        found = sorted(self._errors, key=lambda each: (each.line, each.column, each.field))
        if len(found) <= MOST_ERRORS:
            return tuple(found)
        rest = msgspec.structs.replace(
            found[MOST_ERRORS],
            field="",
            condition="TooManyErrors",
            message=f"{len(found) - MOST_ERRORS} more errors follow from here",
            remedy="mend the first ones, then check again",
        )
        return (*found[:MOST_ERRORS], rest)
