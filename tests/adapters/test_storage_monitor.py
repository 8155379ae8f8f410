"""How full the disks are is recorded at the start and every ten minutes; a disk that is gone is told."""

from __future__ import annotations

from pathlib import Path

from adapters.storage_monitor import StorageMonitor
from tests.adapters.simulator.stepped import START_US, Line
from tomoe_es.clock import MINUTE
from tomoe_es.events.system import StorageRead
from tomoe_es.events.telescope import DeviceReached, DeviceUnreachable


class Disks:
    """Disks of 100 bytes, some of which are gone."""

    def __init__(self) -> None:
        self.used = 40
        self.gone: set[str] = set()

    def usage(self, folder: Path) -> tuple[int, int, int]:
        if folder.name in self.gone:
            raise OSError(5, "Input/output error")
        return 100, self.used, 100 - self.used


def begun(disks: Disks) -> Line:
    line = Line()
    folders = {"buffer": Path("/b/buffer"), "log": Path("/l/log")}
    StorageMonitor(line.timers, line.conductor.record, folders, disks.usage).start()  # type: ignore[arg-type]
    return line


def test_at_the_start_and_every_ten_minutes() -> None:
    disks = Disks()
    line = begun(disks)
    disks.used = 70
    line.timers.run_until(START_US + 10 * MINUTE)
    readings = [each.payload for each in line.log.events]
    assert readings == [
        StorageRead(storage="buffer", used_bytes=40, free_bytes=60),
        StorageRead(storage="log", used_bytes=40, free_bytes=60),
        StorageRead(storage="buffer", used_bytes=70, free_bytes=30),
        StorageRead(storage="log", used_bytes=70, free_bytes=30),
    ]


def test_a_disk_that_is_gone_never_ends_the_night() -> None:
    disks = Disks()
    disks.gone = {"buffer"}
    line = begun(disks)
    disks.gone = set()
    line.timers.run_until(START_US + 10 * MINUTE)
    told = [each.payload for each in line.log.events if each.stream == "storage/buffer"]
    assert told == [
        DeviceUnreachable(device="storage/buffer", message="Input/output error"),
        DeviceReached(device="storage/buffer"),
        StorageRead(storage="buffer", used_bytes=40, free_bytes=60),
    ]


def test_the_real_disk_is_read(tmp_path: Path) -> None:
    line = Line()
    StorageMonitor(line.timers, line.conductor.record, {"archive": tmp_path}).start()
    [reading] = [each.payload for each in line.log.events]
    assert isinstance(reading, StorageRead)
    assert reading.used_bytes > 0
