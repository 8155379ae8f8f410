"""A log in memory, for tests that need hundreds of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tomoe_es.events import decode_event, encode_event
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.log.port import Appended, Batch


class MemoryLog:
    """An EventLog that keeps events as they would be read back from the disk."""

    def __init__(self) -> None:
        self.events: list[Recorded] = []
        self._versions: dict[str, int] = {}
        self._commands: dict[str, Appended] = {}

    def append(
        self,
        stream: str,
        events: Sequence[Draft],
        *,
        expected_version: int | None = None,
        command_id: str | None = None,
    ) -> Appended:
        return self.append_many([Batch(stream, events, expected_version, command_id)])[0]

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        return [self._append_once(batch) for batch in batches]

    def _append_once(self, batch: Batch) -> Appended:
        if batch.command_id is None:
            return self._append(batch)
        if batch.command_id not in self._commands:
            self._commands[batch.command_id] = self._append(batch)
        return self._commands[batch.command_id]

    def _append(self, batch: Batch) -> Appended:
        first_position, first_version = len(self.events) + 1, self._versions.get(batch.stream, 0) + 1
        for offset, draft in enumerate(batch.events):
            self.events.append(
                Recorded(
                    position=first_position + offset,
                    stream=batch.stream,
                    version=first_version + offset,
                    time=draft.time,
                    correlation=draft.correlation,
                    cause=draft.cause,
                    code=draft.code,
                    actor=draft.actor,
                    payload=decode_event(encode_event(draft.payload)),
                )
            )
        last_version = self._versions[batch.stream] = first_version + len(batch.events) - 1
        return Appended(first_position, len(self.events), first_version, last_version)

    def read(
        self, after: int = 0, until: int | None = None, types: Collection[str] | None = None
    ) -> Iterator[Recorded]:
        for recorded in self.events[after:until]:
            if types is None or type(recorded.payload).__name__ in types:
                yield recorded

    def read_stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        yield from (each for each in self.events if each.stream == stream and each.version > after)

    def subscribe(self, after: int) -> MemorySubscription:
        return MemorySubscription(self, after)

    def head(self) -> int:
        return len(self.events)

    def close(self) -> None:
        """Nothing is open."""


class MemorySubscription:
    """Follows a log in memory."""

    def __init__(self, log: MemoryLog, after: int) -> None:
        self._log = log
        self._after = after

    def poll(self, limit: int = 10_000) -> list[Recorded]:
        events = self._log.events[self._after : self._after + limit]
        self._after += len(events)
        return events

    def wait(self, timeout_seconds: float) -> bool:
        return self._after < self._log.head()

    def close(self) -> None:
        """Nothing is open."""
