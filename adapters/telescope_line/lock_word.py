"""The telescope lock as the telescope's process has it: told to it by people, and asked of it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from adapters.telescope_line.address import NAME as ADDRESS
from adapters.telescope_line.line import NoTelescope, SocketLine, TelescopeRefused
from adapters.telescope_line.messages import Lock, Poll

NAME = "lock"
WITHIN_SECONDS = 2.0
"""A telescope that hangs is not waited for: its night, or the next one, tells it."""


def tell_lock(run: Path, lock: Lock) -> str:
    """Tell it over a line of its own, so that it holds also when the night hangs.

    Why it could not be told; empty when it was, or when there is no telescope, as by day.
    """
    if not (run / ADDRESS).exists():
        return ""
    try:
        with closing(SocketLine(run, NAME, within_seconds=WITHIN_SECONDS)) as line:
            line.ask(lock)
    except (NoTelescope, TelescopeRefused) as error:
        return str(error)
    return ""


def held_lock(run: Path) -> tuple[str, str] | None:
    """Who has locked the telescope and why, as that has it; None where it is not locked, or can't tell."""
    try:
        with closing(SocketLine(run, NAME, within_seconds=WITHIN_SECONDS)) as line:
            reply = line.ask(Poll())
    except (NoTelescope, TelescopeRefused):
        return None
    return None if reply.locked_by is None else (reply.locked_by, reply.locked_why)
