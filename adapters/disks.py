"""The disks of the storages: how much is on them, and how much room they have."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol, get_args

from tomoe_es.events.system import StorageRead

Storage = Literal["buffer", "archive", "log"]
STORAGES: tuple[Storage, ...] = get_args(Storage)


class Disks(Protocol):
    """Real or simulated disks."""

    def read(self, storage: Storage) -> StorageRead:
        """How full the storage's disk is now; raises OSError when it can't be looked at."""

    def next_change(self, now: int) -> int | None:
        """When, after now, to look before the usual time; None when nothing is known to come."""


class RealDisks:
    """The disks of this machine on which the storages' folders are."""

    def __init__(self, folders: Mapping[Storage, Path]) -> None:
        self._folders = folders

    def read(self, storage: Storage) -> StorageRead:
        """As the operating system tells."""
        _, used, free = shutil.disk_usage(self._folders[storage])
        return StorageRead(storage=storage, used_bytes=used, free_bytes=free)

    def next_change(self, now: int) -> int | None:
        """Nobody knows what comes."""
        return None
