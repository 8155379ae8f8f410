"""The bottom line: the keys that work now."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.dashboard.lines import line, strip_of
from tui.dashboard.palette import ALARM, BAR_GROUND, QUIET, STRONG

Keys = tuple[tuple[str, str], ...]
KEYS: Keys = (
    ("1-9", "panel"),
    ("tab", "next"),
    ("j/k", "row"),
    ("enter", "detail"),
    ("a", "ack"),
    ("m", "mute"),
    ("/", "search"),
    ("esc", "all"),
    ("?", "help"),
    ("q", "quit"),
    ("E", "EMERGENCY"),
)
LEFT_OUT = ("tab", "j/k", "esc", "/", "m", "1-9", "enter", "a")
"""What a narrow screen leaves to the help, the first of them first; how to leave and to stop all stays."""


class KeyLine(Widget):
    """One line."""

    def __init__(
        self, keys: Keys = KEYS, left_out: tuple[str, ...] = LEFT_OUT, ground: Style = BAR_GROUND
    ) -> None:
        """`left_out` are keys that a narrow screen leaves to the help, the first of them first."""
        super().__init__(id="keys")
        self._keys, self._left_out, self._ground = keys, left_out, ground

    def render_line(self, y: int) -> Strip:
        """The keys with what they do."""
        pieces: list[tuple[str, Style]] = []
        for key, action in self._in_sight():
            pieces += [(f" {key}", STRONG), (f" {action} ", ALARM if key == "E" else QUIET)]
        return strip_of(line(*pieces), self.size.width, self._ground)

    def _in_sight(self) -> Keys:
        """As many as there is room for."""
        keys, left_out = self._keys, iter(self._left_out)
        while sum(len(f" {key} {action} ") for key, action in keys) > self.size.width:
            hidden = next(left_out, None)
            if hidden is None:
                break
            keys = tuple(each for each in keys if each[0] != hidden)
        return keys
