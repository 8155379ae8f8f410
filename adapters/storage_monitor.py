"""Records how full the buffer storage, the archive and the log's disk are."""

from __future__ import annotations

from adapters.disks import STORAGES, Disks, Storage
from tomoe_es.clock import MINUTE
from tomoe_es.control.ports import Recorder, Timers
from tomoe_es.events import Event
from tomoe_es.events.telescope import DeviceReached, DeviceUnreachable

ACTOR = "storage monitor"
EVERY = 10 * MINUTE
"""At a full night's rate a tenth of a percent of the buffer storage fills in this time."""


class StorageMonitor:
    """Looks at each storage's disk at the beginning of a night, then every ten minutes of it."""

    def __init__(self, timers: Timers, record: Recorder, disks: Disks) -> None:
        self._timers = timers
        self._record = record
        self._disks = disks
        self._gone: set[str] = set()

    def start(self) -> None:
        """Look now, and again and again."""
        found = [each for storage in STORAGES for each in self._look(storage)]
        self._record(found, cause=None, actor=ACTOR)
        now = self._timers.now()
        change = self._disks.next_change(now)
        self._timers.call_at(now + EVERY if change is None else min(now + EVERY, change), self.start)

    def _look(self, storage: Storage) -> list[Event]:
        device = f"storage/{storage}"
        try:
            reading = self._disks.read(storage)
        except OSError as error:
            self._gone.add(device)
            return [DeviceUnreachable(device=device, message=error.strerror or str(error))]
        if device not in self._gone:
            return [reading]
        self._gone.remove(device)
        return [DeviceReached(device=device), reading]
