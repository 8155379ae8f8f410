"""A recipe back to text, in the form that people write; reading that text gives the same recipe."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

from yaml.emitter import Emitter
from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

from tomoe_es.recipe.model import OperationCall, Recipe


def number_text(value: float) -> str:
    """A number in plain decimal digits that read back as exactly the same number."""
    if value == int(value):
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def _text(text: str) -> str:
    """A text as one YAML scalar: plain where every reader takes it for this very text, else quoted."""
    analysis = Emitter(io.StringIO()).analyze_scalar(text)
    resolved = Resolver().resolve(ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    if analysis.allow_block_plain and not analysis.multiline and resolved == "tag:yaml.org,2002:str":
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    return {"\n": "\\n", "\t": "\\t"}.get(character, f"\\U{ord(character):08X}")


def _flow(value: Any) -> str:
    """A value inside of a list or map on one line: numbers and known words, which need no quotes."""
    return value if isinstance(value, str) else number_text(value)


def _argument(argument: Any) -> str:
    match argument:
        case bool():
            return "true" if argument else "false"
        case str():
            return _text(argument)
        case dict():
            return "{ " + ", ".join(f"{name}: {_flow(value)}" for name, value in argument.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(_flow(value) for value in argument) + "]"
        case _:
            return number_text(argument)


def operation_line(call: OperationCall) -> str:
    """One operation as it stands in a recipe."""
    return call.name if call.argument is None else f"{call.name}: {_argument(call.argument)}"


def write_recipe(recipe: Recipe) -> str:
    """The recipe as text that `parse_recipe` reads back to the same recipe."""
    four_decimals = f"{recipe.priority:.4f}"
    exact = float(four_decimals) == recipe.priority
    lines = [
        f"Observer: {_text(recipe.observer)}",
        f"Project: {_text(recipe.project)}",
        f"Priority: {four_decimals if exact else number_text(recipe.priority)}",
        f"Time Window: ['{recipe.time_window[0]}', '{recipe.time_window[1]}']",
        "Operations:",
        *(f"  - {operation_line(call)}" for call in recipe.operations),
        f"Comment: {_text(recipe.comment)}",
    ]
    return "\n".join(lines) + "\n"
