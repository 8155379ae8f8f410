"""Which processes give no sign of life. Only their change counts, on the watcher's own clock."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tomoe_es.events import Event
from tomoe_es.events.safety import ProcessFellSilent, ProcessHeardAgain

EXECUTOR = "night"
"""The process that runs the executor."""
EXECUTOR_SILENT_AFTER_SECONDS = 10.0
"""Real time; the telescope is made safe then."""
SILENT_AFTER_SECONDS = 30.0
"""The same for every other process, of which nothing is in danger."""
A_LOOK_COUNTS_SECONDS = 1.0
"""At most: when the watcher itself stood still between two looks, the whole machine did perhaps."""


class Sign(msgspec.Struct, frozen=True):
    """What a process last said of itself."""

    pid: int
    wall_us: int
    night_us: int  # its time of the night
    position: int  # how far in the log
    ended: bool = False  # in order: its last sign


class Heard(msgspec.Struct):
    """A process that is listened to; `seconds` is how long its sign stayed the same, in own looks."""

    sign: Sign
    seconds: float = 0.0
    silent: bool = False


class Silence(msgspec.Struct):
    """What is known of all processes, by name."""

    heard: dict[str, Heard] = {}
    looked_at: float | None = None


def listen(state: Silence, signs: Mapping[str, Sign], seconds: float, own_pid: int) -> list[Event]:
    """Take in the signs at a time of the watcher's clock; who fell silent since, and who is heard again.

    One that says that it has ended is forgotten. One whose sign is gone or unreadable has not said so.
    """
    events: list[Event] = []
    passed = 0.0 if state.looked_at is None else min(seconds - state.looked_at, A_LOOK_COUNTS_SECONDS)
    state.looked_at = seconds
    missing = {name: known.sign for name, known in state.heard.items() if name not in signs}
    for name, sign in {**missing, **signs}.items():
        if sign.pid == own_pid:
            continue
        if sign.ended:
            state.heard.pop(name, None)
            continue
        known = state.heard.get(name)
        if known is None or known.sign != sign:
            if known is not None and known.silent:
                events.append(ProcessHeardAgain(process=name, pid=sign.pid))
            state.heard[name] = Heard(sign)
            continue
        known.seconds += passed
        if not known.silent and known.seconds >= _limit(name):
            known.silent = True
            silent = round(known.seconds, 1)
            events.append(ProcessFellSilent(process=name, pid=sign.pid, silent_seconds=silent))
    return events


def silent_seconds(state: Silence, name: str) -> float:
    """How long a process has been silent; 0 for one that has ended in order, or was never there."""
    known = state.heard.get(name)
    return 0.0 if known is None else known.seconds


def _limit(name: str) -> float:
    return EXECUTOR_SILENT_AFTER_SECONDS if name == EXECUTOR else SILENT_AFTER_SECONDS
