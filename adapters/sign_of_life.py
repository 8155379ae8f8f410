"""Signs of life: a small file of each process, written from its main loop: a hung one writes none."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from tomoe_es.safety.silence import Sign

EVERY_SECONDS = 0.5
SUFFIX = ".alive"
_LENGTH = 160
"""Always the same: written over in place, it needs no room on a full disk."""


class SignOfLife:
    """The sign of one process, in the data folder's `run/`."""

    def __init__(self, run: Path, name: str) -> None:
        run.mkdir(parents=True, exist_ok=True)
        self._path = run / f"{name}{SUFFIX}"
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o644)
        self._given_at = 0.0
        self.give(0)

    def give(self, night_us: int, position: int = 0) -> None:
        """Say that this process lives, at which time of the night, and how far in the log; not too often."""
        now = time.monotonic()
        if now - self._given_at < EVERY_SECONDS:
            return
        self._given_at = now
        sign = Sign(pid=os.getpid(), wall_us=time.time_ns() // 1000, night_us=night_us, position=position)
        with suppress(OSError):  # a sign that can't be written is missing: that is what there is to tell
            os.pwrite(self._file, msgspec.json.encode(sign).ljust(_LENGTH), 0)

    def close(self) -> None:
        """This process ends in order."""
        os.close(self._file)
        self._path.unlink(missing_ok=True)


def read_signs(run: Path) -> dict[str, Sign]:
    """The newest sign of each process that has not ended in order; one being written is left out."""
    signs: dict[str, Sign] = {}
    for path in sorted(run.glob(f"*{SUFFIX}")):
        try:
            signs[path.name.removesuffix(SUFFIX)] = msgspec.json.decode(path.read_bytes(), type=Sign)
        except (FileNotFoundError, msgspec.MsgspecError):
            continue
    return signs
