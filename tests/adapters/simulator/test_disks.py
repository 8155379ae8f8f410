"""Simulated disks are as full as the log says, whatever this machine's; but real trouble comes through."""

from __future__ import annotations

import pytest

from adapters.disks import Storage
from adapters.simulator.devices.faults import Fault, FaultKind
from adapters.simulator.disks import CAPACITY_BYTES, LOG_BYTES_OF_A_CUBE, SimulatedDisks, contents
from tests.adapters.simulator.stepped import START_US, Line
from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.control.storage_limits import CUBE_BYTES
from tomoe_es.events.reduction import ProductArchived
from tomoe_es.events.system import StorageRead
from tomoe_es.events.transfer import ChipCubeBuffered, ChipCubeExpired

CHIPS = 2


class ThisMachine:
    """Real disks, with as much room as a test says."""

    def __init__(self) -> None:
        self.size = 10_000 * CUBE_BYTES
        self.free = self.size // 2
        self.gone = False

    def read(self, storage: Storage) -> StorageRead:
        if self.gone:
            raise OSError(5, "Input/output error")
        return StorageRead(storage=storage, used_bytes=self.size - self.free, free_bytes=self.free)

    def next_change(self, now: int) -> int | None:
        return None


class Bench:
    """Simulated disks over the log of a line."""

    def __init__(self, writes_chips: int = CHIPS) -> None:
        self.line, self.machine, holding = Line(), ThisMachine(), contents()
        self.line.conductor.add_fold(holding)
        self.disks = SimulatedDisks(
            self.line.timers, self.line.faults, holding, self.machine, writes_chips=writes_chips
        )

    def used(self) -> dict[Storage, int]:
        return {storage: self.disks.read(storage).used_bytes for storage in CAPACITY_BYTES}

    def buffered(self, number: int, size_bytes: int) -> None:
        cube = ChipCubeBuffered(
            exposure_number=number, frame_id=f"f{number}", path="", blake3="", size_bytes=size_bytes
        )
        self.line.conductor.record([cube], actor="test")

    def faulty(self, kind: FaultKind) -> None:
        now = self.line.timers.now()
        self.line.faults.begin(Fault(device="storage/buffer", kind=kind, from_us=now, to_us=now + MINUTE))


def test_they_hold_what_was_written_and_not_deleted() -> None:
    bench = Bench()
    bench.buffered(1, 93)
    bench.buffered(2, 90)
    expired = ChipCubeExpired(exposure_number=1, frame_id="f1", path="", blake3="")
    archived = ProductArchived(
        exposure_number=1, frame_id="f1", product_id="p", kind="STACK", path="", sha256="", size_bytes=9
    )
    bench.line.conductor.record([expired, archived], actor="test")
    assert bench.used() == {"buffer": 90, "archive": 9, "log": 2 * LOG_BYTES_OF_A_CUBE}


def test_how_full_this_machine_is_does_not_show_while_there_is_room() -> None:
    bench = Bench()
    before = bench.used()
    bench.machine.free //= 3
    assert bench.used() == before


@pytest.mark.parametrize("storage", CAPACITY_BYTES)
def test_a_real_disk_that_is_nearly_full_is_told(storage: Storage) -> None:
    bench = Bench(writes_chips=0)
    bench.machine.free = bench.machine.size // 25
    assert bench.disks.read(storage) == bench.machine.read(storage)


def test_a_real_buffer_without_room_for_the_next_exposures_is_told_until_it_has_room_again() -> None:
    bench = Bench()
    bench.machine.size = 20 * CUBE_BYTES
    told = []
    for cubes in (13, 3, 5, 13):
        bench.machine.free = cubes * CUBE_BYTES
        told.append(bench.disks.read("buffer").free_bytes == bench.machine.free)
    assert told == [False, True, True, False]


def test_a_real_disk_that_is_gone_is_told() -> None:
    bench = Bench()
    bench.machine.gone = True
    with pytest.raises(OSError, match="Input/output error"):
        bench.disks.read("archive")


def test_a_night_script_fills_it() -> None:
    bench = Bench()
    bench.faulty("fail")
    assert bench.disks.read("buffer") == StorageRead(
        storage="buffer", used_bytes=CAPACITY_BYTES["buffer"], free_bytes=0
    )
    assert bench.disks.read("archive").used_bytes == 0


def test_a_night_script_freezes_its_reading() -> None:
    bench = Bench()
    bench.faulty("freeze")
    readings = [bench.disks.read("buffer").used_bytes]
    bench.buffered(1, 93)
    readings.append(bench.disks.read("buffer").used_bytes)
    bench.line.timers.run_until(START_US + MINUTE + SECOND)
    readings.append(bench.disks.read("buffer").used_bytes)
    assert readings == [0, 0, 93]


def test_a_night_script_takes_it_away() -> None:
    bench = Bench()
    bench.faulty("drop")
    with pytest.raises(OSError, match="Input/output error"):
        bench.disks.read("buffer")


def test_it_is_looked_at_when_a_fault_begins_and_ends() -> None:
    bench = Bench()
    assert bench.disks.next_change(START_US) is None
    bench.faulty("fail")
    assert bench.disks.next_change(START_US) == START_US + MINUTE
