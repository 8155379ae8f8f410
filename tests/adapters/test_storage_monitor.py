"""How full the disks are is recorded at the start and every ten minutes; a disk that is gone is told."""

from __future__ import annotations

from adapters.disks import STORAGES, Storage
from adapters.storage_monitor import StorageMonitor
from tests.adapters.simulator.stepped import START_US, Line
from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.events.system import StorageRead
from tomoe_es.events.telescope import DeviceReached, DeviceUnreachable


class Hundreds:
    """Disks of 100 bytes, some of which are gone."""

    def __init__(self) -> None:
        self.used = 40
        self.gone: set[str] = set()
        self.changes_at: int | None = None

    def read(self, storage: Storage) -> StorageRead:
        if storage in self.gone:
            raise OSError(5, "Input/output error")
        return StorageRead(storage=storage, used_bytes=self.used, free_bytes=100 - self.used)

    def next_change(self, now: int) -> int | None:
        return self.changes_at if self.changes_at is not None and self.changes_at > now else None


def begun(disks: Hundreds) -> Line:
    line = Line()
    StorageMonitor(line.timers, line.conductor.record, disks).start()
    return line


def told(line: Line, stream: str) -> list[object]:
    return [each.payload for each in line.log.events if each.stream == stream]


def test_at_the_start_and_every_ten_minutes() -> None:
    disks = Hundreds()
    line = begun(disks)
    disks.used = 70
    line.timers.run_until(START_US + 10 * MINUTE)
    for storage in STORAGES:
        assert told(line, f"storage/{storage}") == [
            StorageRead(storage=storage, used_bytes=40, free_bytes=60),
            StorageRead(storage=storage, used_bytes=70, free_bytes=30),
        ]


def test_at_once_when_a_change_was_foreseen() -> None:
    disks = Hundreds()
    disks.changes_at = START_US + 150 * SECOND
    line = begun(disks)
    line.timers.run_until(START_US + 149 * SECOND)
    disks.used = 100
    line.timers.run_until(START_US + 13 * MINUTE)
    times = [each.time - START_US for each in line.log.events if each.stream == "storage/log"]
    assert times == [0, 150 * SECOND, 150 * SECOND + 10 * MINUTE]


def test_a_disk_that_is_gone_never_ends_the_night() -> None:
    disks = Hundreds()
    disks.gone = {"buffer"}
    line = begun(disks)
    disks.gone = set()
    line.timers.run_until(START_US + 10 * MINUTE)
    assert told(line, "storage/buffer") == [
        DeviceUnreachable(device="storage/buffer", message="Input/output error"),
        DeviceReached(device="storage/buffer"),
        StorageRead(storage="buffer", used_bytes=40, free_bytes=60),
    ]
