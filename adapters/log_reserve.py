"""A log whose disk is full can still be told how the night is shut down: in room that was set aside."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tomoe_es.control.storage_limits import LOG_BYTES_TO_RESUME
from tomoe_es.errors import LogUnavailable
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.log.port import Appended, Batch, EventLog, Subscription

RESERVE_BYTES = 32_000_000
"""A night of events whose dome stays closed takes less than half of it."""
FULL_BYTES = 1_000_000
"""With less than this an append may have failed for want of room."""
NAME = ".reserve"
PART = f"{NAME}.part"
"""Only the one night of a folder sets room aside."""


class LogWithReserve:
    """The log, which gives its reserve away when an append finds no room, and then appends again."""

    def __init__(
        self,
        log: EventLog,
        folder: Path,
        usage: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage,
    ) -> None:
        self._log, self._folder, self._reserve = log, folder, folder / NAME
        self._usage = usage
        self._was_there = self._reserve.exists()  # when it was last seen

    def set_aside(self) -> None:
        """Set the room aside, unless it is there or there is too little left to observe with."""
        with suppress(OSError):
            if self._reserve.exists():
                self._was_there = True
                return
            if self._usage(self._folder)[2] < LOG_BYTES_TO_RESUME + RESERVE_BYTES:
                return
            part = self._folder / PART  # one name: what a killed night left of it is written over
            try:
                with part.open("wb") as file:
                    os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
                part.replace(self._reserve)
            except OSError:
                part.unlink(missing_ok=True)
                raise
            self._was_there = True

    def append(
        self,
        stream: str,
        events: Sequence[Draft],
        *,
        expected_version: int | None = None,
        command_id: str | None = None,
    ) -> Appended:
        """See `EventLog`."""
        [appended] = self.append_many([Batch(stream, events, expected_version, command_id)])
        return appended

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        """See `EventLog`."""
        try:
            return self._log.append_many(batches)
        except LogUnavailable:
            if not self._give_away():
                raise
            return self._log.append_many(batches)

    def read(
        self, after: int = 0, until: int | None = None, types: Collection[str] | None = None
    ) -> Iterator[Recorded]:
        """See `EventLog`."""
        return self._log.read(after, until, types)

    def read_stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        """See `EventLog`."""
        return self._log.read_stream(stream, after)

    def subscribe(self, after: int) -> Subscription:
        """See `EventLog`."""
        return self._log.subscribe(after)

    def head(self) -> int:
        """See `EventLog`."""
        return self._log.head()

    def close(self) -> None:
        """See `EventLog`."""
        self._log.close()

    def _give_away(self) -> bool:
        """Tell whether there is room now that was not there, whichever process gave it away."""
        was_there = self._was_there
        try:
            if self._usage(self._folder)[2] < FULL_BYTES:
                self._reserve.unlink(missing_ok=True)
            self._was_there = self._reserve.exists()
        except OSError:
            return False
        return was_there and not self._was_there
