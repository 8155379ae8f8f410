"""Callers at the same time share transactions, and none waits for ever."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event

import apsw
import pytest

from tomoe_es.errors import LogUnavailable
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log import Appended, Batch
from tomoe_es.log.group_commit import GroupCommit, Request
from tomoe_es.log.segment_names import list_segments
from tomoe_es.log.sqlite_log import SqliteLog

DRAFT = Draft(MessagePosted(recipe_id="r", text="t"), 1_702_371_600_000_000)
ANSWER = [Appended(1, 1, 1, 1)]


class HeldCommits:
    """Each commit is told and then waits until it is let go."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.begun, self.go = Event(), Event()
        self.appends = GroupCommit(self._commit)

    def _commit(self, requests: list[Request]) -> None:
        self.groups.append([each.parts[0][0].stream for each in requests])
        self.begun.set()
        self.go.wait()
        for each in requests:
            each.answers = ANSWER

    def submit(self, stream: str) -> list[Appended]:
        return self.appends.submit(Request([Batch(stream, [DRAFT])]))


def until(condition: Callable[[], bool]) -> None:
    while not condition():
        os.sched_yield()


def test_all_that_wait_for_a_commit_are_in_the_next() -> None:
    held = HeldCommits()
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(held.submit, "first")
        held.begun.wait()
        others = [pool.submit(held.submit, str(number)) for number in range(5)]
        until(lambda: len(held.appends._waiting) == 5)
        held.go.set()
        assert [each.result() for each in (first, *others)] == [ANSWER] * 6
    assert held.groups[0] == ["first"]
    assert sorted(held.groups[1]) == ["0", "1", "2", "3", "4"]
    assert held.submit("later") == ANSWER


def test_a_caller_that_is_interrupted_while_it_waits_still_lets_the_others_go_on() -> None:
    held = HeldCommits()

    def interrupt() -> list[Appended]:
        held.begun.wait()
        until(lambda: len(held.appends._waiting) == 1)  # the main thread's
        behind: Future[list[Appended]] = pool.submit(held.submit, "behind")
        until(lambda: len(held.appends._waiting) == 2)
        os.kill(os.getpid(), signal.SIGINT)
        held.go.set()
        return behind.result()

    with ThreadPoolExecutor(3) as pool:
        pool.submit(held.submit, "first")
        held.begun.wait()
        behind = pool.submit(interrupt)
        with pytest.raises(KeyboardInterrupt):
            held.submit("interrupted")
        assert behind.result() == ANSWER
    assert held.groups == [["first"], ["interrupted", "behind"]]


def test_when_the_commit_of_a_group_is_interrupted_its_callers_are_told() -> None:
    def commit(requests: list[Request]) -> None:
        if len(requests) > 1:
            raise KeyboardInterrupt
        held._commit(requests)

    held = HeldCommits()
    held.appends = GroupCommit(commit)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(held.submit, "first")
        held.begun.wait()
        others = [pool.submit(held.submit, stream) for stream in "ab"]
        until(lambda: len(held.appends._waiting) == 2)
        held.go.set()
        assert first.result() == ANSWER
        errors = {type(each.exception()) for each in others}
    assert errors == {KeyboardInterrupt, LogUnavailable}
    assert held.submit("later") == ANSWER


def test_closing_waits_for_the_append_that_is_under_way(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path)
    log.append("a", [DRAFT])
    (segment,) = list_segments(tmp_path)
    other = apsw.Connection(str(segment.live_path(tmp_path)))
    with ThreadPoolExecutor(2) as pool:
        other.execute("BEGIN IMMEDIATE")
        append = pool.submit(log.append, "a", [DRAFT])
        until(log._writing.locked)
        close = pool.submit(log.close)
        other.execute("COMMIT")
        assert append.result().last_position == 2
        close.result()
    other.close()
    with pytest.raises(LogUnavailable, match="was closed"):
        log.append("a", [DRAFT])
