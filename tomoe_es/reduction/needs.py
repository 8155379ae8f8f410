"""What a job takes of the machine it runs on, and what an engine has to give."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import msgspec

from tomoe_es.transfer.exposure_facts import DataType

WORKER_MB: Final = 380
"""A worker with its libraries, kernels, calibration frames and the planes of a chip (measured)."""
RAW_FRAME_MB: Final = 5.2
SEARCH_MB: Final = 50
"""What moving objects are looked for with: planes and what is kept of filtered frames (measured)."""
CODED_FRAME_MB: Final = 2.5
"""Of a calibrated frame in an archived cube."""
SOLVER_RAM_DISK_MB: Final = 4
"""List of sources, configuration and solution of the astrometric solver, on the RAM disk while it runs."""


class Needs(msgspec.Struct, frozen=True):
    """Of one job; memory and RAM disk in MB."""

    cpus: int = 1
    memory_mb: int = 0
    ram_disk_mb: int = 0

    def fits(self, free: Needs) -> bool:
        """Whether there is room for it in what is free."""
        return (
            self.cpus <= free.cpus
            and self.memory_mb <= free.memory_mb
            and self.ram_disk_mb <= free.ram_disk_mb
        )

    def __add__(self, other: Needs) -> Needs:
        return Needs(
            self.cpus + other.cpus, self.memory_mb + other.memory_mb, self.ram_disk_mb + other.ram_disk_mb
        )

    def __sub__(self, other: Needs) -> Needs:
        return Needs(
            self.cpus - other.cpus, self.memory_mb - other.memory_mb, self.ram_disk_mb - other.ram_disk_mb
        )

    def __str__(self) -> str:
        return f"{self.cpus} CPU, {self.memory_mb} MB of memory, {self.ram_disk_mb} MB of RAM disk"


class Capacity(msgspec.Struct, frozen=True):
    """Of an engine: all its slots together, and the most that a single job can get, which is one worker's."""

    total: Needs
    largest: Needs


def needs_of(data_type: DataType, frames: int, steps: Collection[str]) -> Needs:
    """What the reduction of one raw cube takes.

    A master is made of a few rows at a time, so its memory doesn't grow with the cube. Of a science cube all
    raw frames are in memory, and what is archived of them if they are.
    """
    if data_type != "OBJECT":
        return Needs(1, WORKER_MB, 0)
    memory_mb = WORKER_MB + frames * RAW_FRAME_MB
    memory_mb += SEARCH_MB if "neo" in steps else 0
    memory_mb += frames * CODED_FRAME_MB if "cube" in steps else 0
    return Needs(1, round(memory_mb), SOLVER_RAM_DISK_MB if "wcs" in steps else 0)
