"""The disks of the storages: how much is on them, and how much room they have."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol, get_args

import msgspec

Storage = Literal["buffer", "archive", "log"]
STORAGES: tuple[Storage, ...] = get_args(Storage)


class Usage(msgspec.Struct, frozen=True):
    """Of one disk."""

    used_bytes: int
    free_bytes: int


class Disks(Protocol):
    """Real or simulated disks."""

    def usage(self, storage: Storage) -> Usage:
        """How full the storage's disk is now; raises OSError when it can't be looked at."""

    def next_change(self, now: int) -> int | None:
        """When, after now, to look before the usual time; None when nothing is known to come."""


class RealDisks:
    """The disks of this machine on which the storages' folders are."""

    def __init__(self, folders: Mapping[Storage, Path]) -> None:
        self._folders = folders

    def usage(self, storage: Storage) -> Usage:
        """As the operating system tells."""
        _, used, free = shutil.disk_usage(self._folders[storage])
        return Usage(used, free)

    def next_change(self, now: int) -> int | None:
        """Nobody knows what comes."""
        return None
