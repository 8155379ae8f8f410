"""What verifying a log finds out."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One thing that was checked."""

    holds: bool
    text: str
    first_position: int = 0  # of the events in question
    last_position: int = 0
    is_open: bool = False  # nothing fails, and nothing shows that it holds
