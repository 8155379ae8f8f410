"""What there is to say about any recipe, for the detail screen."""

from __future__ import annotations

from typing import Protocol

from tui.dashboard.lines import Line, line
from tui.dashboard.palette import QUIET, STRONG


class AnyRecipe(Protocol):
    """What the overview's recipes have in common."""

    @property
    def observer(self) -> str: ...
    @property
    def project(self) -> str: ...
    @property
    def comment(self) -> str: ...


def field(name: str, value: str) -> Line:
    """A name and its value."""
    return line((f"{name:<14}", QUIET), value)


def remark(recipe: AnyRecipe) -> str:
    """The comment, without the project's name when it begins with that."""
    return recipe.comment.removeprefix(recipe.project).lstrip(" ,;:-") or recipe.comment


def recipe_lines(recipe: AnyRecipe, state: str) -> list[Line]:
    """Who asked for it, what for, and where it stands."""
    return [
        line((f"{'state':<14}", QUIET), (state, STRONG)),
        field("observer", recipe.observer),
        field("project", recipe.project),
        field("comment", recipe.comment),
    ]
