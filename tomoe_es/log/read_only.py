"""A log that is only read: not one byte in its folder changes, also where nothing may be written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path

from tomoe_es.errors import LogUnavailable
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.following import LocalWakeUp, PositionSubscription
from tomoe_es.log.nights_reader import NightsReader, SegmentReader
from tomoe_es.log.refusing import RefusesAppends
from tomoe_es.log.sealed_reader import SealedReader
from tomoe_es.log.segment_names import SegmentName
from tomoe_es.log.tree import LogTree
from tomoe_es.log.untouched_reader import UntouchedReader


class ReadOnlyLog(RefusesAppends):
    """An EventLog that refuses every append."""

    def __init__(self, folder: Path) -> None:
        """Open the log in a folder; LogUnavailable when there is none."""
        super().__init__(f"the log in '{folder}' was opened to be read only: nothing was appended")
        self.folder = folder
        if not folder.is_dir():
            raise LogUnavailable(f"there is no log in '{folder}': name the data folder of a night")
        self._reader = NightsReader(folder, _open_untouched, uses_index=False)

    def read(
        self, after: int = 0, until: int | None = None, types: Collection[str] | None = None
    ) -> Iterator[Recorded]:
        """Events with `after` < position <= `until`; without `until`, up to the head at the first step."""
        return chain.from_iterable(self._reader.chunks(after, until, types))

    def read_stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        """Events of one stream with version > `after`, in order of version."""
        return chain.from_iterable(self._reader.stream_chunks(stream, after))

    def subscribe(self, after: int) -> PositionSubscription:
        """Follow the log from a position on."""
        return PositionSubscription(self, after, LocalWakeUp())

    def head(self) -> int:
        """Position of the last event; 0 when the log is empty."""
        return self._reader.head()

    def close(self) -> None:
        """Close the files."""
        self._reader.close()


def _open_untouched(folder: Path, name: SegmentName) -> SegmentReader:
    return SealedReader(folder, name) if name.sealed_path(folder).exists() else UntouchedReader(folder, name)


@contextmanager
def untouched_tree(folder: Path) -> Iterator[LogTree]:
    """The tree over the events of a log that is only read."""
    with ExitStack() as opened:

        def opening(folder: Path, name: SegmentName) -> SegmentReader:
            reader = _open_untouched(folder, name)
            opened.callback(reader.close)
            return reader

        yield LogTree(folder, opening=opening)
