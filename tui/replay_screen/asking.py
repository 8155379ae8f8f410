"""The line at the bottom into which a place, a percentage or a condition is typed."""

from __future__ import annotations

from typing import Final, Literal

from textual.widgets import Input

Asked = Literal["place", "percent", "condition"]

_WORDS: Final[dict[Asked, str]] = {
    "place": "go to 22:14, '13:14 UTC', 1234, 50%, exposure:12, recipe:3f2a, violation:2; or x60: speed",
    "percent": "go to which percent of the night's events?",
    "condition": 'find when, such as  dome.slit == "closed" and camera == "exposing"',
}


class AskLine(Input):
    """Hidden until something is asked."""

    def __init__(self) -> None:
        super().__init__(id="ask")
        self.asked: Asked = "place"

    def ask(self, what: Asked, value: str = "") -> None:
        """Ask for it; enter answers, escape leaves it."""
        self.asked = what
        self.placeholder = _WORDS[what]
        self.value = value
        self.add_class("asked")
        self.focus()

    @property
    def is_asking(self) -> bool:
        """Tell whether something is being typed."""
        return self.has_class("asked")

    def end(self) -> None:
        """Hide again."""
        self.remove_class("asked")
        self.value = ""
