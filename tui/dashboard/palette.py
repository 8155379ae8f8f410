"""The roles that text plays on the screen, and their colours.

Every role is carried by words or symbols as well. The colours are chosen so that a terminal of 16 colours
maps them to different ones that can be read on black (a test holds this).
"""

from __future__ import annotations

from rich.style import Style

GROUND = Style(bgcolor="#0b0e11")
BAR_GROUND = Style(bgcolor="#151a1f")
NORMAL = Style(color="#c4c8cc")
STRONG = Style(color="#e8eaec", bold=True)
QUIET = Style(color="#7c848b")
GOOD = Style(color="#45a84a")
BUSY = Style(color="#3fa3b5")
CAUTION = Style(color="#d0902a")
ALARM = Style(color="#ff7b72", bold=True)
CURSOR = Style(bgcolor="#22303c", bold=True)
"""Added to the row that the keys act on; that row has a mark besides."""
