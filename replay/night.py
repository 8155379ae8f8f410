"""One night of a log, opened to be looked at: its events, its states at any of them, and what it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from typing import Any

import msgspec

from replay.errors import NightUnknown
from replay.folds import PREFIX, READ_MODELS, STATES, read_model_folds, state_folds
from replay.ladder import Folding, Ladder, States
from tomoe_es.errors import LogUnavailable
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import WHAT_IF, CodeRegistered, WhatIfBegun
from tomoe_es.log.port import EventLog
from tomoe_es.log.seeking import position_at
from tomoe_es.night import night_of, night_span


class Identity(msgspec.Struct, frozen=True):
    """What every output begins with: which night of which log, which code wrote it, which code reads it."""

    night: str
    first_position: int
    last_position: int
    log_digest: str
    code_then: str
    code_now: str
    what_if: str = ""  # of which true night this is a what-if, and how; empty: it happened

    def lines(self) -> list[str]:
        """As text."""
        same = "the same" if self.code_then == self.code_now else "another"
        marked = [self.what_if] if self.what_if else []
        return [
            *marked,
            f"night {self.night}   events {self.first_position} to {self.last_position}",
            f"log   {self.log_digest}",
            f"code  then {self.code_then}",
            f"      now  {self.code_now} ({same})",
        ]


class ReplayedNight:
    """A night over a log that is only read."""

    def __init__(self, log: EventLog, night: str | None = None) -> None:
        """Open the night named, else the last one; raises NightUnknown when the log holds nothing of it."""
        self.log = log
        head = log.head()
        if head == 0:
            raise LogUnavailable("the log is empty: run a night first")
        self.night = night or night_of(self.event(head).time)
        try:
            start, end = night_span(self.night)
        except ValueError:
            raise NightUnknown(
                f"'{self.night}' is no night: write its evening's date, as 2023-12-12"
            ) from None
        self.first = 1 if night_of(self.event(1).time) >= self.night else position_at(log, start)
        self.last = head if self.event(head).time < end else position_at(log, end) - 1
        if not self.first <= self.last <= head or night_of(self.event(self.first).time) != self.night:
            last_night = night_of(self.event(head).time)
            raise NightUnknown(f"the log holds no event of the night {self.night}; its last is {last_night}")
        self._ladder = Ladder(log, state_folds)
        self._read_models = Ladder(log, read_model_folds, layered=False)

    def event(self, position: int) -> Recorded:
        """The event at a position; raises LogUnavailable when there is none."""
        found = next(self.log.read(after=position - 1, until=position), None) if position > 0 else None
        if found is None:
            raise LogUnavailable(f"the log has no event {position}: it holds 1 to {self.log.head()}")
        return found

    def events(self, after: int | None = None, until: int | None = None) -> Iterator[Recorded]:
        """Events of the night with `after` < position <= `until`."""
        start = self.first - 1 if after is None else after
        return self.log.read(after=start, until=self.last if until is None else until)

    def folding(self, position: int) -> Folding:
        """States of control, reduction, buffer and monitor after an event; the caller may go on with them."""
        return self._ladder.at(position)

    def states(self, position: int) -> States:
        """Every state after an event, read models included; nobody else changes them."""
        return self._ladder.at(position).states() | self._read_models.at(position).states()

    def state(self, position: int, name: str) -> Any:
        """One of them."""
        ladder = self._ladder if name in STATES else self._read_models
        return ladder.at(position).states()[name]

    def use_ladders(self, states: Ladder, read_models: Ladder) -> None:
        """Use ladders with a cache instead of those in memory alone."""
        self._ladder, self._read_models = states, read_models

    @property
    def ladder(self) -> Ladder:
        """Copies of the states that decisions are made on."""
        return self._ladder

    @cached_property
    def what_if(self) -> str:
        """Says of which true night this was simulated, and with what changes; empty: it happened."""
        marker = next(self.log.read_stream(WHAT_IF), None)
        if marker is None or not isinstance(marker.payload, WhatIfBegun):
            return ""
        return f"{marker.payload.said()}, from event {marker.position} on"

    @cached_property
    def code_then(self) -> str:
        """The version of the code that wrote the first event of the night, or was first registered in it."""
        code = self.event(self.first).code
        if code:
            return _code_name(self.event(code).payload)
        registered = self.log.read(after=self.first - 1, until=self.last, types=["CodeRegistered"])
        return next((_code_name(each.payload) for each in registered), "not registered")

    def head_digest(self) -> str:
        """SHA-256 of the night's last event with its envelope, which says nothing of those before it."""
        return f"last event alone sha256:{sha256(msgspec.json.encode(self.event(self.last))).hexdigest()}"


def state_names() -> list[str]:
    """What `states` gives."""
    return [*STATES, *(f"{PREFIX}{each}" for each in READ_MODELS)]


def _code_name(event: object) -> str:
    if not isinstance(event, CodeRegistered):
        return "not registered"
    return code_name(event)


def code_name(code: CodeRegistered) -> str:
    """Version, digest of the source and commit, as a person compares them."""
    commit = f", commit {code.commit[:12]}" if code.commit else ""
    return f"{code.version} source {code.source_sha256[:12]}{commit}"
