"""Records how full the buffer storage, the archive and the log's disk are."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from tomoe_es.clock import MINUTE
from tomoe_es.control.ports import Recorder, Timers
from tomoe_es.events import Event
from tomoe_es.events.system import StorageRead
from tomoe_es.events.telescope import DeviceReached, DeviceUnreachable

ACTOR = "storage monitor"
EVERY = 10 * MINUTE
"""At a full night's rate a tenth of a percent of the buffer storage fills in this time."""
LOOK_EVERY = MINUTE
"""Something else may fill a disk at any moment: what is left is recorded at once when it has halved."""

Storage = Literal["buffer", "archive", "log"]


class StorageMonitor:
    """Looks at each folder's disk every minute of a night, and records it every ten, or when it changes."""

    def __init__(
        self,
        timers: Timers,
        record: Recorder,
        folders: Mapping[Storage, Path],
        usage: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage,
    ) -> None:
        self._timers = timers
        self._record = record
        self._folders = folders
        self._usage = usage
        self._gone: set[str] = set()
        self._recorded: dict[Storage, tuple[int, int]] = {}  # when, and how many bytes were free

    def start(self) -> None:
        """Look now, and again and again."""
        found = [each for storage, folder in self._folders.items() for each in self._look(storage, folder)]
        if found:
            self._record(found, cause=None, actor=ACTOR)
        self._timers.call_at(self._timers.now() + LOOK_EVERY, self.start)

    def _look(self, storage: Storage, folder: Path) -> list[Event]:
        device = f"storage/{storage}"
        try:
            _, used, free = self._usage(folder)
        except OSError as error:
            if device in self._gone:
                return []
            self._gone.add(device)
            return [DeviceUnreachable(device=device, message=error.strerror or str(error))]
        if device not in self._gone and not self._is_due(storage, free):
            return []
        self._recorded[storage] = (self._timers.now(), free)
        reading = StorageRead(storage=storage, used_bytes=used, free_bytes=free)
        if device not in self._gone:
            return [reading]
        self._gone.remove(device)
        return [DeviceReached(device=device), reading]

    def _is_due(self, storage: Storage, free: int) -> bool:
        """Tell whether it was not recorded for long, or half or twice as much is free as then."""
        at_us, before = self._recorded.get(storage, (-EVERY, free))
        return self._timers.now() - at_us >= EVERY or free < before / 2 or free > before * 2
