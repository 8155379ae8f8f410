"""A new log that is there only when all of it was written, by one process alone."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tomoe_es.errors import TomoeError
from tomoe_es.log import open_log
from tomoe_es.log.live_segment import sync_path
from tomoe_es.log.port import EventLog
from tomoe_es.log.read_only import untouched_tree
from tui.data_folder import DataFolder


class LogBeingMade(TomoeError):
    """Another import or what-if makes a log in this data folder, or has just made one."""

    what_to_do = "name another folder, or wait until the other one has ended and look at what it made"


@contextmanager
def whole_log(data: DataFolder) -> Iterator[EventLog]:
    """A log to be written beside the place of the data folder's own, which it takes at the end.

    Until then it is `log.part`. What a process that was killed left there is done away with.
    Raises LogBeingMade, before anything is written, when another process makes one or has made one.
    """
    with _held(data):
        if data.holds_log:
            raise _taken(data)
        shutil.rmtree(data.part_of_log, ignore_errors=True)
        try:
            with closing(open_log(f"sqlite:///{data.part_of_log}")) as log:
                yield log
                size = log.head()
            with untouched_tree(data.part_of_log) as tree:
                tree.store_full_tiles(size)  # so that its root is at hand, however long it is
            _put_in_place(data)
        finally:
            shutil.rmtree(data.part_of_log, ignore_errors=True)


@contextmanager
def _held(data: DataFolder) -> Iterator[None]:
    """Hold the folder itself, so that no file of a lock is left in it."""
    folder = data.opened()
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(folder)
        raise LogBeingMade(
            f"another import or what-if makes a log in {data.top} just now: "
            "name another folder, or wait for it"
        ) from None
    try:
        yield
    finally:
        os.close(folder)


def _put_in_place(data: DataFolder) -> None:
    try:
        data.part_of_log.rename(data.log)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        raise _taken(data) from error
    sync_path(data.top)


def _taken(data: DataFolder) -> LogBeingMade:
    return LogBeingMade(f"meanwhile there is a log in {data.top}: look at it, or name another folder")
