"""The embedded log: SQLite files in one folder, one a night."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from pathlib import Path
from threading import Lock

import apsw

from tomoe_es.errors import LogUnavailable
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.log import live_segment
from tomoe_es.log.following import LocalWakeUp, PositionSubscription
from tomoe_es.log.group_commit import GroupCommit, Request
from tomoe_es.log.nights_reader import NightsReader
from tomoe_es.log.nights_writer import NightsWriter
from tomoe_es.log.port import Appended, Batch
from tomoe_es.log.segment_names import list_segments
from tomoe_es.log.segment_trouble import DAMAGE, damaged


class SqliteLog:
    """An EventLog that several threads and several processes of one machine may use at once."""

    def __init__(self, folder: Path) -> None:
        """Open the log in a folder, made when it is not there; LogUnavailable when it cannot be used."""
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise live_segment.unavailable("opening", folder, error) from error
        self._appends = GroupCommit(self._commit)
        self._writing = Lock()  # not even closing may disturb a commit
        self._wake_up = LocalWakeUp()
        self._reader = NightsReader(folder)
        self._writer = NightsWriter(folder)
        self._closed = False

    def append(
        self,
        stream: str,
        events: Sequence[Draft],
        *,
        expected_version: int | None = None,
        command_id: str | None = None,
    ) -> Appended:
        """Append events to one stream, all or none; on the disk when it returns."""
        return self.append_many([Batch(stream, events, expected_version, command_id)])[0]

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        """Append to several streams, all or none, in the order given."""
        answers = self._appends.submit(Request(batches))
        self._wake_up.notify()
        return answers

    def read(
        self, after: int = 0, until: int | None = None, types: Collection[str] | None = None
    ) -> Iterator[Recorded]:
        """Events with `after` < position <= `until`; without `until`, up to the head at the first step."""
        self._refuse_when_closed()
        return chain.from_iterable(self._reader.chunks(after, until, types))

    def read_stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        """Events of one stream with version > `after`, in order of version."""
        self._refuse_when_closed()
        return chain.from_iterable(self._reader.stream_chunks(stream, after))

    def subscribe(self, after: int) -> PositionSubscription:
        """Follow the log from a position on."""
        return PositionSubscription(self, after, self._wake_up)

    def head(self) -> int:
        """Position of the last event; 0 when the log is empty."""
        self._refuse_when_closed()
        return self._reader.head()

    def close(self) -> None:
        """Close the files; the log can't be used afterwards."""
        with self._writing:
            if not self._closed:
                self._closed = True
                self._writer.close()
                self._reader.close()

    def _commit(self, requests: list[Request]) -> None:
        with self._writing:
            self._write(requests)

    def _write(self, requests: list[Request]) -> None:
        try:
            self._refuse_when_closed()
            self._writer.commit(requests)
        except Exception as error:  # noqa: BLE001  handed to the caller whose request it is
            if len(requests) > 1:  # one caller's fault must not be the others'
                for request in requests:
                    if not request.is_done:
                        self._write([request])
            else:
                requests[0].error = self._named(error)

    def _named(self, error: Exception) -> Exception:
        """The condition of what went wrong in the folder: damage, such as of the open night, or no disk."""
        if isinstance(error, DAMAGE):
            last = list_segments(self.folder)[-1]
            return damaged(last.night, last.first_position, error)
        is_store = isinstance(error, (apsw.Error, OSError))
        return live_segment.unavailable("writing to", self.folder, error) if is_store else error

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise LogUnavailable(f"the log in '{self.folder}' was closed: open it again")
