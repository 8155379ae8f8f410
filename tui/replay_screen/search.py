"""Looks through a night for where a condition comes to hold, in a thread and with a log of its own."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from threading import Event as Signal

from replay.breakpoints import hits
from replay.conditions import Condition
from tomoe_es.clock import MINUTE
from tomoe_es.errors import TomoeError
from tui.replay_screen.source import NightSource


class Search:
    """A search that runs, or has ended. Places are added in order while it runs."""

    def __init__(self, source: NightSource, condition: Condition) -> None:
        self.text = condition.text
        self.found: array[int] = array("q")
        self.minutes_us: list[int] = []  # time of the first place of each minute, for the timeline
        self.failure = ""
        self.is_over = False
        self._source, self._condition = source, condition
        self._given_up = Signal()

    def run(self) -> None:
        """The thread's body."""
        try:
            with self._source.open() as (night, _):
                for recorded in hits(night, self._condition, is_wanted=self._is_wanted):
                    self.found.append(recorded.position)
                    if not self.minutes_us or recorded.time - self.minutes_us[-1] >= MINUTE:
                        self.minutes_us.append(recorded.time)
        except TomoeError as error:
            self.failure = str(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen must stay and say so
            self.failure = f"{type(error).__name__}: {error}"
        self.is_over = True

    def give_up(self) -> None:
        """The person wants something else."""
        self._given_up.set()

    def _is_wanted(self) -> bool:
        return not self._given_up.is_set()

    def after(self, position: int) -> int | None:
        """The first place found after a position."""
        index = bisect_right(self.found, position)
        return self.found[index] if index < len(self.found) else None

    def before(self, position: int) -> int | None:
        """The last place before a position; None also as long as the search may still find a nearer one."""
        index = bisect_left(self.found, position)
        if index == len(self.found) and not self.is_over:
            return None
        return self.found[index - 1] if index else None

    def told(self, position: int) -> str:
        """How it stands, for the person."""
        if self.failure:
            return self.failure
        if not self.is_over:
            return f"/{self.text}   searching, {len(self.found):,} places so far"
        if not self.found:
            return f"/{self.text}   nowhere in this night"
        index = bisect_right(self.found, position)
        at = "at" if index and self.found[index - 1] == position else "after"
        return f"/{self.text}   {at} place {index:,} of {len(self.found):,}: n next, N the one before"
