"""The background thread that goes through the night: the screen asks for moves, and is told what was there.

All that reads the log for the screen happens in this thread. Moves that came while one was worked on are made
one after the other, and only where they lead is looked at. When nothing is asked for, the night is folded
ahead, so that every place is near.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from threading import Condition as Changed
from typing import Any, Literal, TypeVar

import msgspec
from textual.message import Message

from projections.overview_model import Overview
from replay.causes import Cause, why
from replay.night import Identity, ReplayedNight
from replay.outline import Outline, outline
from replay.viewing import Viewing
from tomoe_es.errors import LogUnavailable, TomoeError
from tomoe_es.events.envelope import Recorded
from tui.replay_screen.moves import Move, Place
from tui.replay_screen.source import NightSource

AROUND = 40
"""Events told before and after the playhead."""

Beside = Literal["", "events", "why"]
T = TypeVar("T")


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be seen at a place."""

    place: Place
    event: Recorded
    overview: Overview
    events: list[Recorded]  # around the place, when asked for
    causes: list[Cause]  # of the event, when asked for


class Opened(Message):
    """The night is open."""

    def __init__(self, identity: Identity, outline: Outline) -> None:
        super().__init__()
        self.identity, self.outline = identity, outline


class Seen(Message):
    """A place was reached; `number` is that of the last move that led there."""

    def __init__(self, view: View, number: int) -> None:
        super().__init__()
        self.view, self.number = view, number


class Refused(Message):
    """A move leads nowhere."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class OnTheWay(Message):
    """The night has been folded up to a part of the way, 0 to 1."""

    def __init__(self, part: float) -> None:
        super().__init__()
        self.part = part


class Broken(Message):
    """The night can't be read; the thread has ended."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class Engine:
    """Body of the thread, and the desk at which the screen asks."""

    def __init__(self, source: NightSource, post: Callable[[Message], object], begin: Move) -> None:
        """`begin` leads to the first place shown."""
        self._source, self._post = source, post
        self._changed = Changed()
        self._moves: deque[tuple[int, Move]] = deque([(0, begin)])
        self._questions: deque[tuple[Callable[[ReplayedNight], Any], Future[Any]]] = deque()
        self._beside: Beside = ""
        self._closing = False
        self._place: Place | None = None

    def move(self, number: int, move: Move) -> None:
        """Go somewhere."""
        with self._changed:
            self._moves.append((number, move))
            self._changed.notify()

    def tell_beside(self, what: Beside) -> None:
        """What is told beside the overview from the next view on."""
        self._beside = what

    def ask(self, question: Callable[[ReplayedNight], T]) -> T:
        """Ask the night something, and wait for the answer; for threads of their own."""
        answer: Future[T] = Future()
        with self._changed:
            if self._closing:
                raise LogUnavailable("the night is not open any more")
            self._questions.append((question, answer))
            self._changed.notify()
        return answer.result()

    def close(self) -> None:
        """Let the thread end."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    def run(self) -> None:
        """The thread's body."""
        try:
            with self._source.open() as (night, identity):
                seen = outline(night)
                self._post(Opened(identity, seen))
                self._work(Viewing(night, self._source.cache(night)), seen)
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen must stay and say so
            self._post(Broken(error))
        finally:
            self.close()
            for _, answer in self._questions:
                answer.cancel()

    def _work(self, viewing: Viewing, seen: Outline) -> None:
        is_folding = True
        while not self._closing:
            if self._moves:
                self._go(viewing, seen)
            elif self._questions:
                self._answer(viewing.night)
            elif is_folding:
                is_folding = viewing.fold_ahead()
            else:
                with self._changed:
                    self._changed.wait_for(lambda: self._closing or self._moves or self._questions)

    def _answer(self, night: ReplayedNight) -> None:
        question, answer = self._questions.popleft()
        try:
            answer.set_result(question(night))
        except Exception as error:  # noqa: BLE001 - it is raised where it was asked
            answer.set_exception(error)

    def _go(self, viewing: Viewing, seen: Outline) -> None:
        night, number = viewing.night, 0
        place = self._place or Place(night.first, seen.first_us)
        while self._moves:
            number, move = self._moves.popleft()
            try:
                place = move(night, seen, place)
            except TomoeError as error:
                self._post(Refused(str(error)))
        self._place = place
        while not viewing.is_near(place.position):
            reached = viewing.climb(place.position)
            self._post(OnTheWay((reached - night.first) / (place.position - night.first)))
            if self._moves or self._closing:
                return
        self._post(Seen(self._view(viewing, place), number))

    def _view(self, viewing: Viewing, place: Place) -> View:
        night, position, beside = viewing.night, place.position, self._beside
        after, until = max(position - AROUND, night.first) - 1, min(position + AROUND, night.last)
        return View(
            place=place,
            event=night.event(position),
            overview=viewing.overview(position),
            events=list(night.events(after, until)) if beside == "events" else [],
            causes=why(night, position) if beside == "why" else [],
        )
