"""A conductor over a log, to be looked at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.tomoe_es.control.jumping_clock import JumpingClock
from tomoe_es.control.conductor import Conductor
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.queue import QueuePaused, QueueStarted
from tomoe_es.events.system import MessagePosted
from tomoe_es.log.sqlite_log import SqliteLog

NOW = 1_702_382_400_000_000


def message(text: str) -> MessagePosted:
    return MessagePosted(recipe_id="", text=text)


def draft(event: Event, time: int = NOW) -> Draft:
    return Draft(payload=event, time=time, actor="another process")


class Bench:
    """A conductor over a log, and what it took in."""

    def __init__(self, folder: Path) -> None:
        self.log = SqliteLog(folder)
        self.clock = JumpingClock(NOW)
        self.conductor = Conductor(self.log, self.clock)
        self.fold = Fold([], remember, frozenset({MessagePosted, QueueStarted, QueuePaused}))
        self.conductor.add_fold(self.fold)

    @property
    def texts(self) -> list[str]:
        """The messages that its state has taken in, in order."""
        return [each.payload.text for each in self.fold.state if isinstance(each.payload, MessagePosted)]

    def decide(
        self,
        *inputs: type[Event],
        by: Callable[[list[Recorded], Recorded | None, int], list[Decision]],
        wakeup: Callable[[list[Recorded], int], int | None] = lambda _state, _now: None,
        gathers: bool = False,
        name: str = "decider",
    ) -> None:
        self.conductor.add([Decider(name, self.fold, frozenset(inputs), by, wakeup, gathers)])

    def logged(self) -> list[str]:
        return [getattr(each.payload, "text", type(each.payload).__name__) for each in self.log.read()]


def remember(state: list[Recorded], recorded: Recorded) -> list[Recorded]:
    return [*state, recorded]
