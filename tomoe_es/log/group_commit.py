"""Concurrent callers share one transaction: one of them leads and commits what all others wait for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

from tomoe_es.errors import LogUnavailable
from tomoe_es.events import encode_event
from tomoe_es.log.port import Appended, Batch

_NOTHING = "there is nothing to append: give at least one event for each stream"


class Request:
    """One caller's batches, with their encoded payloads, and what came of them."""

    __slots__ = ("answers", "error", "has_turn", "parts", "time", "turn")

    def __init__(self, batches: Sequence[Batch]) -> None:
        """Encode the payloads; raises ValueError when a batch has no events, or when there is none."""
        self.parts: list[tuple[Batch, list[bytes]]] = []
        for batch in batches:
            payloads = [encode_event(draft.payload) for draft in batch.events]
            self.parts.append((batch, payloads))
            if not payloads:
                raise ValueError(_NOTHING)
        if not self.parts:
            raise ValueError(_NOTHING)
        self.time = batches[0].events[0].time  # UTC microseconds: tells the night
        self.answers: list[Appended] | None = None
        self.error: Exception | None = None
        self.has_turn = False
        self.turn = Lock()  # held while the caller has to wait

    @property
    def is_done(self) -> bool:
        """Whether it was committed or refused."""
        return self.answers is not None or self.error is not None

    def give_turn(self) -> None:
        """Let the caller go on."""
        self.has_turn = True
        self.turn.release()

    def result(self) -> list[Appended]:
        """The answers, or the error, raised in the caller's own thread."""
        if self.error is not None:
            raise self.error
        assert self.answers is not None
        return self.answers


class GroupCommit:
    """Lets one caller at a time go on: it has its answer, or it commits for all that are waiting.

    The turn goes from caller to caller. Were all woken at once, each would wait a second time, for the
    interpreter's lock; and those that come back at once are all in the next group.
    """

    def __init__(self, commit: Callable[[list[Request]], None]) -> None:
        self._commit = commit  # sets `answers` or `error` of every request
        self._guard = Lock()
        self._waiting: list[Request] = []
        self._is_taken = False  # whether somebody has the turn
        self._answered: list[Request] = []  # have their answer and wait for their turn; of whoever has it

    def submit(self, request: Request) -> list[Appended]:
        """Return the answers once they are on the disk."""
        with self._guard:
            waits, self._is_taken = self._is_taken, True
            if waits:
                request.turn.acquire()
                self._waiting.append(request)
        if not waits:
            self._lead([request])
        else:
            try:
                request.turn.acquire()
            except BaseException:  # Ctrl-C: others still count on this caller when its turn comes
                if not request.has_turn:
                    request.turn.acquire()
                self._take_turn(request)
                raise
            self._take_turn(request)
        return request.result()

    def _take_turn(self, request: Request) -> None:
        if request.is_done:
            self._pass_on()
            return
        with self._guard:
            group, self._waiting = self._waiting, []
        self._lead(group)

    def _lead(self, group: list[Request]) -> None:
        """Commit a group, of which the first is the caller's own."""
        try:
            self._commit(group)
        except BaseException:
            for request in group:
                request.answers, request.error = None, LogUnavailable("the append was interrupted: try again")
            raise
        finally:
            self._answered = group[:0:-1]
            self._pass_on()

    def _pass_on(self) -> None:
        """Give the turn to one that has its answer; after the last of them, to the next that leads."""
        if self._answered:
            self._answered.pop().give_turn()
            return
        with self._guard:
            self._is_taken = bool(self._waiting)
            if self._waiting:
                self._waiting[0].give_turn()
