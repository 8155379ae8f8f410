"""A table of Markdown that is printed as it grows."""

from __future__ import annotations

import sys

HEAD = "| what | measured | target | |\n|---|---|---|---|"


class Table:
    """Lines of Markdown, printed as they are known."""

    def __init__(self) -> None:
        self.text = ""

    def line(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        self.text += text + "\n"

    def row(self, what: str, value: float, unit: str, at_least: float = 0, under: float = 0) -> None:
        """A measured value; with a target, whether it is reached."""
        target = f">= {at_least:g}" if at_least else f"< {under:g}" if under else ""
        reached = ("yes" if value >= at_least and (not under or value < under) else "NO") if target else ""
        shown = f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
        self.line(f"| {what} | {shown} {unit} | {target} | {reached} |")
