"""What every event log offers, whatever stores it; `tests/contracts/` holds the suite that each must pass."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

import msgspec

from tomoe_es.events.envelope import Draft, Recorded

ANY_VERSION: None = None
"""Expected version of an append that does not care what else was appended to the stream."""


class Batch(msgspec.Struct, frozen=True, gc=False):
    """Events for one stream, as part of an atomic append over several."""

    stream: str
    events: Sequence[Draft]
    expected_version: int | None = None  # version of the stream's last event; 0: the stream must be new
    command_id: str | None = None


class Appended(msgspec.Struct, frozen=True, gc=False):
    """Where a batch went: its positions follow each other without a gap, and so do its versions."""

    first_position: int
    last_position: int
    first_version: int
    last_version: int


class Subscription(Protocol):
    """Events after a position, in order, none skipped and none twice."""

    def poll(self, limit: int = 10_000) -> list[Recorded]:
        """Return the next events that are in the log already, at most `limit`; empty when there is none."""

    def wait(self, timeout_seconds: float) -> bool:
        """Wait in real time until there may be more to poll; False when the time ran out."""

    def close(self) -> None:
        """Release what the subscription holds."""


class EventLog(Protocol):
    """An append-only log of events. An append that returns is on the disk."""

    def append(
        self,
        stream: str,
        events: Sequence[Draft],
        *,
        expected_version: int | None = None,
        command_id: str | None = None,
    ) -> Appended:
        """Append events to one stream, all or none.

        The same command id again appends nothing and returns the first answer.
        Raises VersionConflict when the stream is not at `expected_version`, LogUnavailable when the
        events could not be brought to the disk.
        """

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        """Append to several streams, all or none, in the order given."""

    def read(
        self, after: int = 0, until: int | None = None, types: Collection[str] | None = None
    ) -> Iterator[Recorded]:
        """Events with `after` < position <= `until`, in order of position, of the named types or of all.

        Raises LogCorrupt at an event that can't be read back, UnknownEventType at one of a newer version.
        """

    def read_stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        """Events of one stream with version > `after`, in order of version."""

    def subscribe(self, after: int) -> Subscription:
        """Follow the log from a position on."""

    def head(self) -> int:
        """Position of the last event; 0 when the log is empty."""

    def close(self) -> None:
        """Release files and connections."""
