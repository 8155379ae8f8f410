"""Room on the disk that is set aside while there is some, for what must be kept when it is full."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from adapters.untold import FOLDER, SUFFIX, Untold, encode, file_name, keep_untold
from tomoe_es.log.live_segment import sync_path

RESERVE = ".reserve"
"""In the folder of the untold; whoever needs it takes it by renaming it."""
FOR_PEOPLE = ".reserve-for-people"
"""A second one, for what people say: it must not take the guardian's."""
BYTES = 1 << 18
"""More than a thousand events; making safe once takes two hundred."""
IN_HAND = ".full"
"""Ends the name of a reserve, after a process's id, while that process writes into it."""
_TIME = re.compile(rb'"time_us":(\d+)')
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class DiskFull(OSError):
    """There is no room on the disk, and none that was set aside."""


class Keeper:
    """Keeps what the log was not told yet, on a full disk in the room that was set aside."""

    def __init__(self, run: Path, name: str = RESERVE) -> None:
        self._run, self._folder = run, run / FOLDER
        self._name = name
        self._in_reserve: list[Untold] = []
        self._file: Path | None = None  # the reserve, with what it holds
        self._versions = 0

    def set_aside(self) -> None:
        """Set the room aside, unless it is there; a disk that is full already has none."""
        with suppress(OSError):
            self._bring_back()
            if (self._folder / self._name).exists():
                return
            self._folder.mkdir(parents=True, exist_ok=True)
            part = self._folder / f"{self._name}.{os.getpid()}"
            try:
                with part.open("wb") as file:
                    file.write(b" " * BYTES)
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(self._folder / self._name)
                for folder in (self._folder, self._run):
                    sync_path(folder)
            except OSError:
                part.unlink(missing_ok=True)
                raise

    def _bring_back(self) -> None:
        """Take up what a process had in hand when it was killed: what it kept is told, the rest is room."""
        for left in self._folder.glob(f"{self._name}.*"):
            owner, _, in_hand = left.name.removeprefix(f"{self._name}.").partition(".")
            # This process has nothing in hand now: with its id it is of a former one, as in a new container.
            if owner != str(os.getpid()) and Path(f"/proc/{owner}").exists():
                continue
            with suppress(OSError):  # another was faster, or may: it keeps no room from being set aside
                self._take_up(left, owner, is_whole=bool(in_hand))

    def _take_up(self, left: Path, owner: str, *, is_whole: bool) -> None:
        content = left.read_bytes()
        if content.strip():
            found = _TIME.search(content)
            time_us = int(found[1]) if found else left.stat().st_mtime_ns // 1000
            left.rename(self._folder / f"{time_us:020}-left-by-{owner}{SUFFIX}")
        elif is_whole:
            left.rename(self._folder / self._name)
        else:  # it was being set aside, and may not have its full size
            left.unlink()

    def keep(self, events: Sequence[Untold]) -> None:
        """Put events on the disk; raises OSError when that can't be done."""
        try:
            keep_untold(self._run, events)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            self._keep_in_reserve(events)
        else:
            self.set_aside()

    def _keep_in_reserve(self, events: Sequence[Untold]) -> None:
        """Write over the reserve in place, which takes no room, under a name of its own each time.

        So nobody who has just read it takes away what was added since.
        """
        hidden = self._folder / f"{self._name}.{os.getpid()}{IN_HAND}"
        former = self._file or self._folder / self._name
        try:
            former.rename(hidden)
        except FileNotFoundError:
            if self._file is None:
                raise DiskFull(errno.ENOSPC, "no room is left, and none was set aside") from None
            self._file, self._in_reserve = None, []  # it was told, and is gone: there is room again
            keep_untold(self._run, events)
            return
        held = [*self._in_reserve, *events]
        content = encode(held)
        if len(content) > BYTES:
            hidden.rename(former)
            raise DiskFull(errno.ENOSPC, "the room that was set aside is used up")
        try:
            with hidden.open("r+b") as file:
                file.write(content.ljust(BYTES))
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            hidden.rename(former)  # what it held before is looked for there
            raise
        self._versions += 1
        self._file = self._folder / f"{file_name(held)}-{self._versions}{SUFFIX}"
        hidden.rename(self._file)
        self._in_reserve = held
        sync_path(self._folder)
