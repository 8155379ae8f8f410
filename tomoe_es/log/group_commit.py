"""Concurrent callers share one transaction: one of them leads and commits what all others wait for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

from tomoe_es.errors import LogUnavailable
from tomoe_es.log.port import Appended, Batch


class Request:
    """One caller's batches, with their encoded payloads, and what came of them."""

    __slots__ = ("answers", "batches", "error", "payloads", "turn")

    def __init__(self, batches: Sequence[Batch], payloads: list[list[bytes]]) -> None:
        self.batches = batches
        self.payloads = payloads
        self.answers: list[Appended] | None = None
        self.error: Exception | None = None
        self.turn = Lock()  # held while the caller has to wait
        self.turn.acquire()

    @property
    def is_done(self) -> bool:
        """Whether it was committed or refused."""
        return self.answers is not None or self.error is not None

    def result(self) -> list[Appended]:
        """The answers, or the error, raised in the caller's own thread."""
        if self.error is not None:
            raise self.error
        assert self.answers is not None
        return self.answers


class GroupCommit:
    """Lets one caller at a time write, for all that are waiting; then the next one leads."""

    def __init__(self, commit: Callable[[list[Request]], None]) -> None:
        self._commit = commit  # sets `answers` or `error` of every request
        self._guard = Lock()
        self._waiting: list[Request] = []
        self._led = False  # whether a caller leads just now

    def submit(self, request: Request) -> list[Appended]:
        """Return the answers once they are on the disk."""
        with self._guard:
            self._waiting.append(request)
            follows, self._led = self._led, True
        if follows:
            try:
                request.turn.acquire()
            except BaseException:  # Ctrl-C: others still count on this caller when its turn comes
                request.turn.acquire()
                if not request.is_done:
                    self._lead()
                raise
        if not request.is_done:
            self._lead()
        return request.result()

    def _lead(self) -> None:
        with self._guard:
            group, self._waiting = self._waiting, []
        try:
            self._commit(group)
        except BaseException:
            for request in group:
                request.answers, request.error = None, LogUnavailable("the append was interrupted: try again")
            raise
        finally:
            with self._guard:
                successor = self._waiting[0] if self._waiting else None
                self._led = successor is not None
            for request in group:
                request.turn.release()
            if successor is not None:
                successor.turn.release()
