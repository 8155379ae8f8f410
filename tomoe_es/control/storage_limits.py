"""When a disk has no room to go on observing, and when it has again."""

from __future__ import annotations

from tomoe_es.events.system import StorageRead

CUBE_BYTES = 100_000_000
"""A raw cube of 18 frames of 2000 x 1128 pixels, with room to spare."""
EXPOSURES_LEFT = 2
"""With less room than for so many, no recipe is begun: the running one still has to end."""
EXPOSURES_TO_RESUME = 6
LOG_LEAST_BYTES = 64_000_000
"""The events of a full night take as much: with less, it may not be recorded to its end."""
LOG_BYTES_TO_RESUME = 128_000_000


def has_no_room(read: StorageRead, chips: int, *, before: bool) -> bool:
    """Tell whether observing has to wait for room there; `before` is what was told last."""
    match read.storage:
        case "buffer":
            return read.free_bytes < (EXPOSURES_TO_RESUME if before else EXPOSURES_LEFT) * chips * CUBE_BYTES
        case "log":
            return read.free_bytes < (LOG_BYTES_TO_RESUME if before else LOG_LEAST_BYTES)
        case _:
            return False
