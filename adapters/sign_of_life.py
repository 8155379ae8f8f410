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
    """The sign of one process, in the data folder's `run/`.

    It is a new file, put in the place of a former process's: that one may still write, and harms nobody.
    """

    def __init__(self, run: Path, name: str) -> None:
        run.mkdir(parents=True, exist_ok=True)
        self._file = self._new(run / f"{name}{SUFFIX}")
        self._given_at = time.monotonic()

    def give(self, night_us: int, position: int = 0) -> None:
        """Say that this process lives, at which time of the night, and how far in the log; not too often."""
        now = time.monotonic()
        if now - self._given_at < EVERY_SECONDS:
            return
        self._given_at = now
        self._write(self._file, night_us, position)

    def close(self) -> None:
        """This process ends in order, and says so: one that only vanishes counts as silent."""
        if self._is_own():
            self._write(self._file, 0, 0, ended=True)
        os.close(self._file)

    def _new(self, path: Path) -> int:
        part = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            file = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
            os.pwrite(file, _encoded(0, 0), 0)
            part.replace(path)
        except OSError:  # a full disk has room in the file that is there
            part.unlink(missing_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            self._write(file, 0, 0)
        return file

    def _is_own(self) -> bool:
        """Tell whether no other process has written over this sign, where it had to share the file."""
        try:
            return msgspec.json.decode(os.pread(self._file, _LENGTH, 0), type=Sign).pid == os.getpid()
        except (OSError, msgspec.MsgspecError):
            return False

    def _write(self, file: int, night_us: int, position: int, *, ended: bool = False) -> None:
        with suppress(OSError):  # a sign that can't be written is missing: that is what there is to tell
            os.pwrite(file, _encoded(night_us, position, ended=ended), 0)


def _encoded(night_us: int, position: int, *, ended: bool = False) -> bytes:
    wall_us = time.time_ns() // 1000
    sign = Sign(os.getpid(), wall_us, night_us, position, ended)
    return msgspec.json.encode(sign).ljust(_LENGTH)


def read_signs(run: Path) -> dict[str, Sign]:
    """The newest sign of each process, its last one too; one that can't be read is left out."""
    signs: dict[str, Sign] = {}
    for path in sorted(run.glob(f"*{SUFFIX}")):
        try:
            signs[path.name.removesuffix(SUFFIX)] = msgspec.json.decode(path.read_bytes(), type=Sign)
        except (FileNotFoundError, msgspec.MsgspecError):
            continue
    return signs
