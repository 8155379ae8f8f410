"""A recipe as data: what a person asks to be observed."""

from __future__ import annotations

from typing import Any

import msgspec


class OperationCall(msgspec.Struct, frozen=True):
    """One line of `Operations`: the operation's name and its argument as written (scalar, list or map)."""

    name: str
    argument: Any


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """One observation: who asks, how urgent, when, and what is done in time order."""

    observer: str
    project: str
    priority: float  # 0 to 1
    time_window: tuple[str, str]  # UTC times of day, as written: 'HH:MM:SS.s'
    operations: tuple[OperationCall, ...]
    comment: str
