"""Brings the log, the deciders and the adapters together: each event is recorded, then acted on, in order.

An event goes into the log first; then every state takes it in; then the deciders that listen to its type
decide, and their decisions are recorded in the same way; then the adapters carry it out. So a state is
always the fold of the whole log up to its end, and a decision can be made again from the log alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from tomoe_es.control import snapshot
from tomoe_es.control.correlations import Correlations
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.control.hardware import READINGS, WRONG_CLOCK
from tomoe_es.control.ports import Effects, Timers
from tomoe_es.errors import TomoeError
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.safety import MakingSafeBegun, MakingSafeOverdue, TelescopeMadeSafe
from tomoe_es.log.port import Appended, Batch, EventLog

OF_TELESCOPE = frozenset[type[Event]]({*READINGS, MakingSafeBegun, MakingSafeOverdue, TelescopeMadeSafe})
"""What others tell of the telescope has its time: so late it is, also when this process hung meanwhile."""


class NoProgress(TomoeError):
    """A decider asks to be woken again at once for ever; this is a mistake in its code."""

    what_to_do = "this is a mistake in the code of the decider named: report it with the log"


class Conductor:
    """Runs deciders and adapters over one log; not to be called from several threads.

    `forward` sets the clock of `timers` forward, where others have let the telescope's time pass.
    """

    def __init__(
        self, log: EventLog, timers: Timers, forward: Callable[[int], None] = lambda _time_us: None
    ) -> None:
        self._log = log
        self._timers, self._forward = timers, forward
        self._folds: list[Fold] = []
        self._deciders: list[Decider] = []
        self._listeners: dict[type[Event], list[Decider]] = {}
        self._evolvers: dict[type[Event], list[Fold]] = {}
        self._effects: dict[type[Event], list[Callable[[Recorded], None]]] = {}
        self._pending: deque[Recorded] = deque()
        self._draining = False
        self._alarms: dict[str, int] = {}
        self._correlations = Correlations()
        self._position = 0
        self._code = 0

    @property
    def position(self) -> int:
        """Position of the last event that was taken in."""
        return self._position

    def add(self, deciders: Iterable[Decider]) -> None:
        """Let deciders listen; their states join once each."""
        for decider in deciders:
            self._deciders.append(decider)
            for each in decider.inputs:
                self._listeners.setdefault(each, []).append(decider)
            self.add_fold(decider.fold)

    def add_fold(self, fold: Fold) -> None:
        """Keep a state current that nobody decides on; adding one again changes nothing."""
        if any(fold is known for known in self._folds):
            return
        self._folds.append(fold)
        for each in fold.types:
            self._evolvers.setdefault(each, []).append(fold)

    def add_effects(self, effects: Effects) -> None:
        """Let an adapter carry out events."""
        for each, effect in effects.items():
            self._effects.setdefault(each, []).append(effect)

    def restore(self, content: bytes, code_version: str) -> bool:
        """Take the states from a snapshot; False, and nothing changed, if it is not of this code and log."""
        taken = snapshot.decode(content, code_version)
        if taken is None:
            return False
        last = next(iter(self._log.read(after=taken.position - 1, until=taken.position)), None)
        if last is None or not snapshot.restore(taken, last, self._folds):
            return False
        self._position, self._correlations = taken.position, taken.correlations
        return True

    def snapshot(self, code_version: str) -> bytes:
        """The states as they are now, for `restore`; the log must hold an event."""
        [last] = self._log.read(after=self._position - 1, until=self._position)
        return snapshot.encode(code_version, last, self._correlations, self._folds)

    def catch_up(self) -> int:
        """Take in what the log holds already, without deciding or acting; return its last position."""
        for recorded in self._log.read(after=self._position):
            self._take_in(recorded)
        return self._position

    def write_as(self, code_position: int) -> None:
        """Say which code version writes from now on."""
        self._code = code_position

    def record(
        self,
        events: Sequence[Event],
        *,
        cause: Recorded | Sequence[Recorded] | None = None,
        actor: str,
        command_id: str | None = None,
    ) -> list[Recorded]:
        """Append events, all or none, and let everything react; returns them as recorded.

        `cause` is one for all, or one for each. Nothing is recorded, and nothing returned, when the command
        id was recorded before.
        """
        causes = [cause] * len(events) if cause is None or isinstance(cause, Recorded) else cause
        decisions = [
            Decision(event, each.position, each.correlation) if each is not None else Decision(event)
            for event, each in zip(events, causes, strict=True)
        ]
        recorded = self._append(decisions, actor, 0, self._timers.now(), command_id)
        self._drain()
        return recorded

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Record within, and let everything react, in order, only when all is recorded."""
        assert not self._draining, "not from within a reaction"
        self._draining = True
        try:
            yield
        finally:
            self._draining = False
        self._drain()

    def follow_others(self) -> None:
        """Take in and act on what other processes appended to the log."""
        self._take_in_others(before=self._log.head() + 1)
        self._drain()

    def start(self) -> None:
        """Set the deciders' alarms; call once, after everything is added."""
        self._set_alarms()

    def _append(
        self,
        decisions: Sequence[Decision],
        actor: str,
        correlation: int,
        now: int,
        command_id: str | None = None,
    ) -> list[Recorded]:
        if not decisions:
            return []
        batches: list[Batch] = []
        for decision in decisions:
            event = decision.event
            stream = event.stream()
            draft = Draft(
                payload=event,
                time=now,
                cause=decision.cause,
                correlation=self._correlations.of(event) or decision.correlation or correlation,
                code=self._code,
                actor=actor,
            )
            if batches and batches[-1].stream == stream:
                batches[-1].events.append(draft)  # type: ignore[attr-defined]  # made as a list just below
            else:
                part = f"{command_id} {len(batches)}" if command_id and batches else command_id
                batches.append(Batch(stream, [draft], command_id=part))
        appended = self._log.append_many(batches)
        if appended[0].first_position <= self._position:
            return []  # this command was recorded before
        self._take_in_others(before=appended[0].first_position)
        if command_id is not None and self._recorded_by_other(batches[0].events[0], appended[0]):
            self._take_in_others(before=appended[-1].last_position + 1)
            return []
        recorded: list[Recorded] = []
        for batch, where in zip(batches, appended, strict=True):
            for offset, draft in enumerate(batch.events):
                recorded.append(
                    Recorded(
                        position=where.first_position + offset,
                        stream=batch.stream,
                        version=where.first_version + offset,
                        time=draft.time,
                        correlation=draft.correlation,
                        cause=draft.cause,
                        code=draft.code,
                        actor=draft.actor,
                        payload=draft.payload,
                    )
                )
        for each in recorded:
            self._take_in(each)
            self._pending.append(each)
        return recorded

    def _take_in_others(self, before: int) -> None:
        """Take in what another process appended since the last look; nothing is decided before its time."""
        if before > self._position + 1:
            now = latest = self._timers.now()
            for recorded in self._log.read(after=self._position, until=before - 1):
                self._take_in(recorded)
                self._pending.append(recorded)
                if type(recorded.payload) in OF_TELESCOPE and recorded.time <= now + WRONG_CLOCK:
                    latest = max(latest, recorded.time)
            if latest > now:
                self._forward(latest)

    def _recorded_by_other(self, draft: Draft, where: Appended) -> bool:
        """Tell whether another process had recorded the command, so that its event is in the log."""
        [stored] = self._log.read(after=where.first_position - 1, until=where.first_position)
        return (stored.time, stored.actor, stored.payload) != (draft.time, draft.actor, draft.payload)

    def _take_in(self, recorded: Recorded) -> None:
        self._position = recorded.position
        event_type = type(recorded.payload)
        self._correlations.take_in(recorded)
        for fold in self._evolvers.get(event_type, ()):
            fold.state = fold.evolve(fold.state, recorded)

    def _drain(self) -> None:
        if self._draining:
            return  # the outermost call goes on until nothing is pending
        self._draining = True
        try:
            gathered: dict[str, tuple[Decider, Recorded]] = {}
            while self._pending or gathered:
                if not self._pending:
                    for decider, recorded in gathered.values():
                        self._decide(decider, recorded)
                    gathered = {}
                    continue
                recorded = self._pending.popleft()
                event_type = type(recorded.payload)
                for decider in self._listeners.get(event_type, ()):
                    if decider.gathers:
                        gathered[decider.name] = (decider, recorded)
                    else:
                        self._decide(decider, recorded)
                for effect in self._effects.get(event_type, ()):
                    effect(recorded)
        finally:
            self._draining = False
        self._set_alarms()

    def _decide(self, decider: Decider, recorded: Recorded | None) -> None:
        self._take_in_others(before=self._log.head() + 1)  # a lock may have been set a moment ago
        now = self._timers.now()
        decisions = decider.decide(decider.fold.state, recorded, now)
        self._append(decisions, decider.name, recorded.correlation if recorded else 0, now)

    def _set_alarms(self) -> None:
        now = self._timers.now()
        for decider in self._deciders:
            when = decider.next_wakeup(decider.fold.state, now)
            if when is not None and self._alarms.get(decider.name) != when:
                self._alarms[decider.name] = when
                self._timers.call_at(when, lambda decider=decider, when=when: self._wake(decider, when))  # type: ignore[misc]

    def _wake(self, decider: Decider, when: int) -> None:
        if self._alarms.get(decider.name) != when:
            return  # it has asked for another time since
        del self._alarms[decider.name]
        before = self._position
        self._decide(decider, None)
        self._drain()
        if self._position == before and self._alarms.get(decider.name) == when:
            raise NoProgress(f"decider '{decider.name}' did nothing at {when} and asks for that time again")
