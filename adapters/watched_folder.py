"""The watched folder: a recipe that somebody puts there is read as soon as it is completely written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

SUFFIXES = (".yaml", ".yml")


class WatchedFolder:
    """Calls back with each recipe file of a folder, once it was closed by its writer or moved in.

    `arrived` is called from the watching thread. Files that are there already are reported at the start.
    """

    def __init__(self, folder: Path, arrived: Callable[[Path], None]) -> None:
        self._folder = folder
        self._handler = _Handler(folder, arrived)
        self._observer = Observer()

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._observer.schedule(self._handler, str(self._folder))
        self._observer.start()
        for path in sorted(self._folder.iterdir()):
            self._handler.offer(path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._observer.stop()
        self._observer.join()


class _Handler(FileSystemEventHandler):
    def __init__(self, folder: Path, arrived: Callable[[Path], None]) -> None:
        self._folder, self._arrived = folder, arrived

    def offer(self, path: Path) -> None:
        hidden = path.name.startswith(".")
        if path.parent == self._folder and path.suffix in SUFFIXES and not hidden and path.is_file():
            self._arrived(path)

    def on_closed(self, event: FileSystemEvent) -> None:
        self.offer(Path(str(event.src_path)))

    def on_moved(self, event: FileSystemEvent) -> None:
        self.offer(Path(str(event.dest_path)))
