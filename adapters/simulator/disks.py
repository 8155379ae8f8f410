"""The simulated disks: as full as what the log says is on them, of the sizes at Kiso.

So the readings of a simulated night are the same on every machine. The real disks below still count: as soon
as one of them is gone or nearly full, its own reading is given instead, since what is written then is lost.
"""

from __future__ import annotations

import errno
import os

import msgspec

from adapters.disks import STORAGES, Disks, Storage
from adapters.simulator.devices.faults import Faults
from tomoe_es.control.decider import Fold
from tomoe_es.control.ports import Timers
from tomoe_es.control.storage_limits import has_no_room
from tomoe_es.events import Event, reduction, transfer
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import StorageRead
from tomoe_es.machines.rules.storage_nearly_full import LEAST_FREE

TERABYTE = 10**12
CAPACITY_BYTES: dict[Storage, int] = {
    "buffer": 251 * TERABYTE,
    "archive": 1_400 * TERABYTE,
    "log": 2 * TERABYTE,
}
"""Buffer storage and archive as at Kiso; the log's disk is ours."""
LOG_BYTES_OF_A_CUBE = 4_000
"""Eight facts of a chip-cube with their indexes, and its share of the night's other events (ours)."""


class Contents(msgspec.Struct):
    """What was written to the storages and not deleted since."""

    cubes: dict[str, int] = {}  # bytes of each raw cube, by frame id
    buffer_bytes: int = 0
    archive_bytes: int = 0
    log_bytes: int = 0


def contents() -> Fold:
    """Empty disks, and how events fill them."""
    return Fold(
        Contents(),
        evolve,
        frozenset({transfer.ChipCubeBuffered, transfer.ChipCubeExpired, reduction.ProductArchived}),
    )


def evolve(state: Contents, recorded: Recorded) -> Contents:
    """Take one event in; the state given is changed and returned."""
    event: Event = recorded.payload
    match event:
        case transfer.ChipCubeBuffered():
            state.cubes[event.frame_id] = event.size_bytes
            state.buffer_bytes += event.size_bytes
            state.log_bytes += LOG_BYTES_OF_A_CUBE
        case transfer.ChipCubeExpired():
            state.buffer_bytes -= state.cubes.pop(event.frame_id, 0)
        case reduction.ProductArchived():
            state.archive_bytes += event.size_bytes
        case _:
            pass
    return state


class SimulatedDisks:
    """Disks that hold what the fold `contents` says; a night script makes them full, frozen or gone.

    `real` are the disks below, None where nothing is written: in a past night that is simulated again.
    `writes_chips` is how many raw cubes each exposure writes to the real buffer storage: 0 without pixels.
    """

    def __init__(
        self, timers: Timers, faults: Faults, holding: Fold, real: Disks | None, *, writes_chips: int
    ) -> None:
        self._timers, self._faults, self._holding = timers, faults, holding
        self._real, self._writes_chips = real, writes_chips
        self._frozen: dict[Storage, StorageRead] = {}
        self._no_room: dict[Storage, bool] = dict.fromkeys(STORAGES, False)  # on the real disk

    def read(self, storage: Storage) -> StorageRead:
        """How full the simulated disk is; or the real one, where that is in trouble."""
        real = self._real.read(storage) if self._real is not None else None
        if real is not None and self._in_trouble(storage, real):
            return real
        return self._simulated(storage)

    def next_change(self, now: int) -> int | None:
        """When a fault begins or ends next."""
        changes = (self._faults.next_change(_device(storage), now) for storage in CAPACITY_BYTES)
        return min((change for change in changes if change is not None), default=None)

    def _in_trouble(self, storage: Storage, real: StorageRead) -> bool:
        self._no_room[storage] = has_no_room(real, self._writes_chips, before=self._no_room[storage])
        return self._no_room[storage] or real.free_bytes < LEAST_FREE * (real.used_bytes + real.free_bytes)

    def _simulated(self, storage: Storage) -> StorageRead:
        kinds = self._faults.active(_device(storage), self._timers.now())
        if "drop" in kinds:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        capacity = CAPACITY_BYTES[storage]
        used = capacity if "fail" in kinds else min(self._used(storage), capacity)
        reading = StorageRead(storage=storage, used_bytes=used, free_bytes=capacity - used)
        if "freeze" not in kinds:
            self._frozen.pop(storage, None)
            return reading
        return self._frozen.setdefault(storage, reading)

    def _used(self, storage: Storage) -> int:
        holding: Contents = self._holding.state
        return {
            "buffer": holding.buffer_bytes,
            "archive": holding.archive_bytes,
            "log": holding.log_bytes,
        }[storage]


def _device(storage: Storage) -> str:
    return f"storage/{storage}"
