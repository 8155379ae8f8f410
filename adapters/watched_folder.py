"""The watched folder: a recipe that somebody puts there is read as soon as it is completely written."""

from __future__ import annotations

import errno
import fcntl
import signal
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers.inotify import InotifyObserver

SUFFIXES = (".yaml", ".yml")


class WatchedFolder:
    """Calls back with each recipe file of a folder, once it was closed by its writer or moved in.

    `arrived` is called from the watching thread; for files that are there already, at the start, by the
    thread that enters. A file may be reported twice.
    """

    def __init__(self, folder: Path, arrived: Callable[[Path], None]) -> None:
        self._folder = folder
        self._handler = _Handler(folder, arrived)
        self._observer = InotifyObserver(generate_full_events=True)  # tells of files moved in from elsewhere

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
        if path.parent != self._folder or path.suffix not in SUFFIXES or hidden or not path.is_file():
            return
        if not _is_being_written(path):  # else it is reported when its writer closes it
            self._arrived(path)

    def on_closed(self, event: FileSystemEvent) -> None:
        self.offer(Path(str(event.src_path)))

    def on_moved(self, event: FileSystemEvent) -> None:
        self.offer(Path(str(event.dest_path)))


def _is_being_written(path: Path) -> bool:
    """Tell whether a process has the file open for writing.

    The kernel grants a read lease only where nobody has. On files of other users and on file systems without
    leases it grants none for other reasons: such a file counts as complete.
    """
    try:
        with path.open("rb") as file:
            fcntl.fcntl(
                file, fcntl.F_SETSIG, signal.SIGURG
            )  # ignored: a writer may come while the lease is held
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    return False
