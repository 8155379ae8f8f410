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
ROOMY_FROM = 106
LEFT_OUT = ("tab", "j/k", "esc")
"""What a narrow screen leaves to the help."""


class KeyLine(Widget):
    """One line."""

    def __init__(
        self, keys: Keys = KEYS, left_out: tuple[str, ...] = LEFT_OUT, ground: Style = BAR_GROUND
    ) -> None:
        """`left_out` are keys that a narrow screen leaves to the help."""
        super().__init__(id="keys")
        self._keys, self._left_out, self._ground = keys, left_out, ground

    def render_line(self, y: int) -> Strip:
        """The keys with what they do."""
        pieces: list[tuple[str, Style]] = []
        roomy = self.size.width >= ROOMY_FROM
        for key, action in self._keys:
            if roomy or key not in self._left_out:
                pieces += [(f" {key}", STRONG), (f" {action} ", ALARM if key == "E" else QUIET)]
        return strip_of(line(*pieces), self.size.width, self._ground)
