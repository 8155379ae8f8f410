"""Copies of states for the next process, in files that may be deleted; never in the folder of a log."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec
import zstandard

from replay.ladder import Folding
from replay.state_file import read_states, write_states
from tomoe_es.control.decider import Fold
from tomoe_es.log.port import EventLog

CACHED_EVERY = 32 * 2048
"""Events between two files: a process that begins folds half a second's worth of them."""


class FileCache:
    """Files of one version of the code, each named by position and by the event there."""

    every = CACHED_EVERY

    def __init__(self, folder: Path, log: EventLog, code: str, name: str) -> None:
        """`name` tells whose states; what another version of the code left is deleted."""
        self._folder, self._log, self._name = folder / code, log, name
        with suppress(OSError):  # without a cache everything is folded from the start: slower, not wrong
            for other in folder.iterdir():
                if other.name != code:
                    shutil.rmtree(other)

    def nearest(self, position: int, folds: dict[str, Fold]) -> Folding | None:
        """The folds, as they were at the nearest position that has a file of this very log."""
        for place in range(position - position % self.every, 0, -self.every):
            path = self._path(place)
            if path.exists():
                try:
                    content = zstandard.ZstdDecompressor().decompress(path.read_bytes())
                    return Folding(read_states(content, folds), place)
                except (OSError, zstandard.ZstdError, msgspec.MsgspecError, KeyError):
                    continue  # damaged, or being deleted: an earlier one will do
        return None

    def save(self, folding: Folding) -> None:
        """Write a file, whole or not at all."""
        path = self._path(folding.position)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        content = zstandard.ZstdCompressor(level=1).compress(write_states(folding.folds))
        with suppress(OSError):  # the disk is full or not to be written to: there will be no cache
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(content)
            draft.replace(path)

    def _path(self, position: int) -> Path:
        last = next(self._log.read(after=position - 1, until=position))
        digest = sha256(msgspec.json.encode(last)).hexdigest()[:16]
        return self._folder / f"{position:012d}-{digest}-{self._name}.zst"
