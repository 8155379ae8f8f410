"""The colours that only replay has: nobody may take it for the live screen."""

from __future__ import annotations

from rich.style import Style

REPLAY_GROUND = Style(bgcolor="#41206e")
REPLAY_WORD = Style(color="#ffffff", bgcolor="#9a4fe0", bold=True)
ON_REPLAY = Style(color="#ffffff", bold=True)
QUIET_ON_REPLAY = Style(color="#cdb8ea")
PLAYHEAD = Style(color="#ffffff", bgcolor="#9a4fe0", bold=True)
