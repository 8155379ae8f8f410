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
LOOK_EVERY = MINUTE
"""Something else may fill a disk at any moment: what is left is recorded at once when it has halved."""


class StorageMonitor:
    """Looks at each storage's disk every minute of a night, and records it every ten, or when it changes."""

    def __init__(self, timers: Timers, record: Recorder, disks: Disks) -> None:
        self._timers = timers
        self._record = record
        self._disks = disks
        self._gone: set[str] = set()
        self._recorded: dict[Storage, tuple[int, int]] = {}  # when, and how many bytes were free

    def start(self) -> None:
        """Look now, and again and again."""
        found = [each for storage in STORAGES for each in self._look(storage)]
        if found:
            self._record(found, cause=None, actor=ACTOR)
        now = self._timers.now()
        look, change = now + LOOK_EVERY, self._disks.next_change(now)
        self._timers.call_at(look if change is None else min(look, change), self.start)

    def _look(self, storage: Storage) -> list[Event]:
        device = f"storage/{storage}"
        try:
            reading = self._disks.read(storage)
        except OSError as error:
            if device in self._gone:
                return []
            self._gone.add(device)
            return [DeviceUnreachable(device=device, message=error.strerror or str(error))]
        if device not in self._gone and not self._is_due(storage, reading.free_bytes):
            return []
        self._recorded[storage] = (self._timers.now(), reading.free_bytes)
        if device not in self._gone:
            return [reading]
        self._gone.remove(device)
        return [DeviceReached(device=device), reading]

    def _is_due(self, storage: Storage, free: int) -> bool:
        """Tell whether it was not recorded for long, or half or twice as much is free as then."""
        at_us, before = self._recorded.get(storage, (-EVERY, free))
        return self._timers.now() - at_us >= EVERY or free < before / 2 or free > before * 2
