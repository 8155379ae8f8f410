"""Stop, abort and lock on a disk that refuses: the word is kept, and in the log when that takes it again."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import apsw
import pytest

from adapters.untold import tell, waiting
from tests.tomoe_es.log.test_full_disk import files_up_to, messages
from tests.tui.commands.test_queue import NIGHT, folder
from tomoe_es.control.hands import LockSetAlready
from tomoe_es.errors import LogUnavailable
from tomoe_es.events import Event
from tomoe_es.events.queue import QueueAbortRequested, QueuePaused
from tomoe_es.events.telescope import TelescopeLockSet
from tomoe_es.log import open_log
from tomoe_es.log.port import EventLog
from tomoe_es.log.sealing import seal
from tui.commands import lock, queue
from tui.data_folder import DataFolder
from tui.safety_word import WordNotRecorded

__all__ = ["folder"]  # the fixture of a data folder with a night

NOT_EVEN_READ = 20_000
"""Bytes: too few for what SQLite shares between processes, so that the log can't be opened."""
FULL = 50_000
"""Bytes: less than the file that a log which is in use appends to has already."""


@pytest.fixture(autouse=True)
def alice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "alice")


@pytest.fixture
def in_use(folder: DataFolder) -> Iterator[EventLog]:
    """The log as the night's process holds it."""
    with closing(open_log(folder.log_url)) as log:
        log.append("message", messages("so far", 1000))
        yield log


def newest(log: EventLog) -> Event:
    return next(iter(log.read(after=log.head() - 1))).payload


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (lambda **data: queue.stop(why="smoke", **data), QueuePaused(reason="smoke", who="alice")),
        (lambda **data: queue.abort(why="smoke", **data), QueueAbortRequested(who="alice", why="smoke")),
        (lambda **data: lock.set_lock(why="smoke", **data), TelescopeLockSet(who="alice", why="smoke")),
    ],
    ids=["stop", "abort", "lock"],
)
def test_what_a_full_disk_refuses_is_kept_and_recorded_when_there_is_room(
    command: Callable[..., Any], event: Event, folder: DataFolder, in_use: EventLog
) -> None:
    with files_up_to(FULL), pytest.raises(WordNotRecorded, match="in danger use 'tomoe emergency'"):
        command(data=folder.top)

    assert newest(in_use) != event
    assert tell(folder.run, in_use) == 1
    assert newest(in_use) == event


def test_a_log_that_can_t_even_be_read_keeps_nobody_from_locking(folder: DataFolder) -> None:
    with files_up_to(NOT_EVEN_READ), pytest.raises(WordNotRecorded):
        lock.set_lock(why="smoke", data=folder.top)

    with closing(open_log(folder.log_url)) as log:
        tell(folder.run, log)
        assert newest(log) == TelescopeLockSet(who="alice", why="smoke")


def test_a_damaged_night_of_the_log_keeps_nobody_from_locking(folder: DataFolder) -> None:
    sealed = seal(folder.log, NIGHT).path
    content = bytearray(sealed.read_bytes())
    content[40] ^= 1  # in its first events
    sealed.chmod(0o600)
    sealed.write_bytes(content)

    with pytest.raises(WordNotRecorded, match="event 1 of the log is damaged"):
        lock.set_lock(why="smoke", data=folder.top)

    with closing(open_log(folder.log_url)) as log:
        tell(folder.run, log)
        assert newest(log) == TelescopeLockSet(who="alice", why="smoke")


def test_on_a_full_disk_too_the_second_person_sees_the_first(folder: DataFolder, in_use: EventLog) -> None:
    lock.set_lock(why="mirror wash", data=folder.top)

    with files_up_to(FULL), pytest.raises(LockSetAlready, match="mirror wash"):
        lock.set_lock(why="smoke", data=folder.top)

    assert waiting(folder.run) == []


def test_without_any_room_it_is_said_that_nothing_was_recorded(folder: DataFolder, in_use: EventLog) -> None:
    with files_up_to(0), pytest.raises(WordNotRecorded, match="nothing was recorded"):
        queue.abort(why="smoke", data=folder.top)

    assert waiting(folder.run) == []


def test_to_start_the_queue_is_nothing_that_may_happen_later(folder: DataFolder, in_use: EventLog) -> None:
    queue.stop(why="tea", data=folder.top)

    with files_up_to(FULL), pytest.raises(LogUnavailable):
        queue.start(why="back", data=folder.top)

    assert waiting(folder.run) == []


@pytest.mark.parametrize(
    ("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGHUP, SystemExit)], ids=str
)
def test_broken_off_while_it_waits_for_the_log_it_is_kept(
    number: signal.Signals, raised: type[BaseException], folder: DataFolder, in_use: EventLog
) -> None:
    [path] = folder.log.glob("*.sqlite")
    with closing(apsw.Connection(str(path))) as holder:
        holder.execute("BEGIN IMMEDIATE")
        impatient = threading.Timer(1.0, lambda: os.kill(os.getpid(), number))
        impatient.start()
        with pytest.raises(raised):
            lock.set_lock(why="smoke", data=folder.top)
        holder.execute("ROLLBACK")

    assert tell(folder.run, in_use) == 1
    assert newest(in_use) == TelescopeLockSet(who="alice", why="smoke")
