"""How soon the replay screen shows a place of a night of which nothing is kept, without a terminal."""

from __future__ import annotations

import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from queue import Queue
from threading import Thread

from textual.message import Message

from benchmarks.replay.clocks import Clocks
from replay.cache import FileCache
from replay.night import Identity, ReplayedNight
from replay.opening import opened_night
from tui.data_folder import DataFolder
from tui.replay_screen import moves
from tui.replay_screen.engine import Broken, Engine, Seen


class UncachedSource:
    """The night of a data folder; what is kept of it lies in a folder of its own."""

    def __init__(self, data: DataFolder, cache: Path) -> None:
        self._data, self._cache = data, cache

    def open(self) -> AbstractContextManager[tuple[ReplayedNight, Identity]]:
        return opened_night(self._data.log, cache=self._cache)

    def cache(self, night: ReplayedNight) -> FileCache:
        return FileCache(self._cache, night.log, "benchmark", "screen")


def measure(data: DataFolder, clocks: Clocks) -> None:
    """The first picture at the start, then a far place while the night is still being folded."""
    with tempfile.TemporaryDirectory() as cache:
        shown: Queue[Message] = Queue()
        engine = Engine(UncachedSource(data, Path(cache)), shown.put, moves.to_place("start"))
        thread = Thread(target=engine.run)

        def reach(number: int) -> None:
            while True:
                message = shown.get()
                if isinstance(message, Broken):
                    raise message.error
                if isinstance(message, Seen) and message.number == number:
                    return

        def go(number: int, place: str) -> None:
            engine.move(number, moves.to_place(place))
            reach(number)

        try:
            thread.start()
            clocks.once("screen: first picture, without loading the program", None, lambda: reach(0))
            clocks.once("screen: to 90% of a night that is not folded yet", None, lambda: go(1, "90%"))
            clocks.once("screen: then to 30%", None, lambda: go(2, "30%"))
        finally:
            engine.close()
            thread.join()
