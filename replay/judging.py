"""Decides a recorded night again with the code of now, and tells where it decides otherwise.

The inputs (commands, readings, results) are those of the log. The deciders are asked as the conductor asked
them: by each event that they listen to, in order, after all that was appended together was taken in; and at
the times for which they had asked. What they decide must stand next in the log. After a difference the log
stays what is true, so that each difference is one of a decision and not of what followed from it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator

import msgspec

from replay.alarms import Alarms
from replay.coming import Coming
from replay.ladder import Folding
from replay.structural_copy import copy_state
from tomoe_es.control.conductor import OF_TELESCOPE
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.control.deciders_of_a_night import FoldsOfANight, deciders_of_a_night
from tomoe_es.control.hardware import READINGS, WRONG_CLOCK
from tomoe_es.events import EVENT_TYPES, ErasedPayload, Event, camera, encode_event, telescope
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import CodeRegistered, NightResumed, ProcessStarted
from tomoe_es.safety.guardian import NAME as GUARDIAN

PROCESS_BEGINS = (CodeRegistered, NightResumed)
"""Before these there was no process that could have decided."""
TELLS_OF_PROCESSES = frozenset({*PROCESS_BEGINS, ProcessStarted})
BY_THE_TELESCOPE = (READINGS.keys() - {camera.CameraRead}) | {
    *(telescope.PowerRead, telescope.DeviceUnreachable, telescope.DeviceReached),
    telescope.DeviceCommandFailed,
}
"""A guardian looks at the telescope too, and lets its time pass by that. The night then takes in at once what
was read meanwhile, and an alarm of that while rings late: before the next event that is none of these."""
TAKEN_TOGETHER = 1000
"""Events of one instant that may have been appended together, before anybody decided."""
FEW = 4
"""So many inputs are tried one by one, further ones only all together."""
REMEMBERED = 64
"""Events last processed, one of which may have woken a decider whose decision stands later."""


class Difference(msgspec.Struct, frozen=True):
    """A decision that the code of now makes otherwise than it was recorded."""

    position: int  # of the last event taken in before it; the state is the one after that event
    decider: str
    time: int
    woken_by: int  # position of the event that woke the decider; 0: its own time
    recorded: list[Event]
    now: list[Event]


class Judged(msgspec.Struct):
    """What came out so far."""

    events: int = 0
    decisions: int = 0  # recorded ones that the code of now makes too
    by_decider: dict[str, int] = {}
    differences: list[Difference] = []


class Judge:
    """Goes once through the events of a night, beginning with the states before its first one."""

    def __init__(self, folding: Folding, only: Collection[str] = (), *, stop_after: int | None = 1) -> None:
        """`only`: the deciders over the states of these names; `stop_after` differences, None: never."""
        folds = FoldsOfANight(**folding.folds)
        self._folding = Folding(
            {name: fold for name, fold in folding.folds.items() if not only or name in only},
            folding.position,
        )
        chosen = list(self._folding.folds.values())
        self._stop_after = stop_after
        of_the_night = deciders_of_a_night(folds)
        self._own_actors = frozenset(each.name for each in of_the_night)
        self._deciders = {
            each.name: each for each in of_the_night if any(each.fold is fold for fold in chosen)
        }
        self._alarms = Alarms(self._deciders)
        self._listeners: dict[type[Event], list[Decider]] = {}
        for decider in self._deciders.values():
            for each in decider.inputs:
                self._listeners.setdefault(each, []).append(decider)
        self._evolvers = self._folding.evolvers
        self._relevant = {*TELLS_OF_PROCESSES, *self._listeners, *self._alarms.types}
        self._pending: deque[Recorded] = deque()
        self._gathered: dict[str, Recorded] = {}
        self._processed: deque[Recorded] = deque(maxlen=REMEMBERED)
        self._has_guardian = False
        self._now = 0
        self._last: Recorded | None = None
        self.judged = Judged()

    def run(self, events: Iterator[Recorded]) -> Judged:
        """Judge all events, or up to the last difference that is asked for."""
        relevant, deciders = self._relevant, self._deciders
        if not relevant.issuperset(EVENT_TYPES.values()):
            events = (each for each in events if type(each.payload) in relevant or each.actor in deciders)
        self._coming = Coming(events, self._own_actors)
        goes_on = True
        while goes_on and not self._has_enough():
            self._take_in_plain()
            goes_on = self._has_enough() or self._step()
        return self.judged

    def _has_enough(self) -> bool:
        return self._stop_after is not None and len(self.judged.differences) >= self._stop_after

    def _take_in_plain(self) -> None:
        """Take events in as `_step` does, as long as nobody decides anything: nearly all of a night.

        It leaves to `_step` whatever is not plain: decisions, alarms, other processes, and what follows them.
        """
        coming, deciders, alarms, evolvers = self._coming, self._deciders, self._alarms, self._evolvers
        pending, passed, differences = self._pending, self._coming.passed, len(self.judged.differences)
        taken, upcoming = 0, coming.first()
        while upcoming is not None and upcoming.actor not in deciders and not passed and not pending:
            kind = type(upcoming.payload)
            if kind in TELLS_OF_PROCESSES or (self._gathered and not self._is_recorded_together(upcoming)):
                break
            if upcoming.time > self._now:
                if self._wake_before(upcoming):
                    break
                self._now = upcoming.time
            self._last = recorded = coming.next()
            for fold in evolvers.get(kind, ()):
                fold.state = fold.evolve(fold.state, recorded)
            self._folding.position = recorded.position
            alarms.take_in(kind)
            taken += 1
            upcoming = coming.first()
            if self._is_decided_by(recorded, upcoming):
                self._react(recorded)
                if len(self.judged.differences) > differences:
                    break
                upcoming = coming.first()
            else:
                self._processed.append(recorded)
        self.judged.events += taken

    def _is_decided_by(self, recorded: Recorded, upcoming: Recorded | None) -> bool:
        """Tell whether an event may lead to a decision, or to what an adapter recorded at once."""
        if upcoming is not None and (upcoming.cause == recorded.position or upcoming.actor in self._deciders):
            return True
        for decider in self._listeners.get(type(recorded.payload), ()):
            if decider.gathers:
                self._gathered[decider.name] = recorded
            elif decider.decide(decider.fold.state, recorded, self._now):
                return True
        return False

    def _step(self) -> bool:
        if self._pending:
            self._react(self._pending.popleft())
            return True
        upcoming = self._coming.first()
        if self._gathered and not self._is_recorded_together(upcoming):
            gathered, self._gathered = self._gathered, {}
            for name, recorded in gathered.items():
                self._ask(self._deciders[name], recorded)
            return True
        if upcoming is None:
            return self._take_in_elsewhere(None)
        if upcoming.time > self._now and self._wake_before(upcoming):
            return True
        if upcoming.actor in self._deciders:
            self._account_for(upcoming)
        elif isinstance(upcoming.payload, PROCESS_BEGINS) or not (
            self._coming.passed and self._take_in_elsewhere(upcoming)
        ):
            self._take_in(self._coming.next())
            self._react(self._pending.popleft())
        return True

    def _is_recorded_together(self, upcoming: Recorded | None) -> bool:
        """Tell whether the next input came at one time from one actor with the last: a decider that gathers
        is asked after all of them."""
        last = self._last
        if upcoming is None or last is None or upcoming.actor in self._deciders:
            return False
        return (upcoming.actor, upcoming.time) == (last.actor, last.time)

    def _react(self, recorded: Recorded) -> None:
        self._processed.append(recorded)
        for decider in self._listeners.get(type(recorded.payload), ()):
            if decider.gathers:
                self._gathered[decider.name] = recorded
            else:
                self._ask(decider, recorded)
        upcoming = self._coming.first()
        while (
            upcoming is not None
            and upcoming.cause == recorded.position
            and upcoming.time == self._now
            and upcoming.actor not in self._deciders
        ):  # what an adapter recorded at once in carrying the event out
            self._take_in(self._coming.next())
            upcoming = self._coming.first()

    def _ask(self, decider: Decider, recorded: Recorded | None) -> None:
        """Let a decider decide, and compare with what stands next in the log."""
        now = self._now
        decided = decider.decide(decider.fold.state, recorded, now)
        upcoming = self._coming.first()
        if not decided and (upcoming is None or upcoming.actor != decider.name):
            return
        if upcoming is not None and upcoming.actor == decider.name and upcoming.time > now:
            if not decided and recorded is not None and upcoming.cause != recorded.position:
                return
            now = upcoming.time  # the clock went on between the event and the decision
            decided = decider.decide(decider.fold.state, recorded, now)
        if not decided or self._confirm(decider, decided):
            return
        if upcoming is None or isinstance(upcoming.payload, PROCESS_BEGINS):
            return  # the process was cut off before it could record this
        further = self._taken_together(decider, recorded, now)
        if further is not None:
            for _ in range(further):
                self._take_in(self._coming.next())
            self._confirm(decider, decider.decide(decider.fold.state, recorded, now))
        elif self._take_in_elsewhere(upcoming):
            self._ask_again(decider, recorded)  # it may have known of that
        elif recorded is None and self._has_guardian and type(upcoming.payload) in BY_THE_TELESCOPE:
            self._alarms.pass_over(decider.name)
        elif recorded is not None and self._coming.is_elsewhere(recorded) and upcoming.time > self._now:
            self._now = upcoming.time  # when it was taken in is not known
            self._ask(decider, recorded)
        else:
            self._differ(decider, recorded, now, decided)

    def _ask_again(self, decider: Decider, recorded: Recorded | None) -> None:
        if recorded is not None:
            self._ask(decider, recorded)
        else:
            self._alarms.ask_again(decider.name)

    def _confirm(self, decider: Decider, decided: list[Decision]) -> bool:
        """Take in the decisions if they are those that stand next in the log."""
        stands = self._coming.peek(len(decided))
        if len(stands) < len(decided):
            return False
        for recorded, decision in zip(stands, decided, strict=True):
            if not _is_same(recorded, decider.name, decision):
                return False
        for _ in decided:
            self._take_in(self._coming.next())
        self._count(decider.name, len(decided))
        return True

    def _taken_together(self, decider: Decider, recorded: Recorded | None, now: int) -> int | None:
        """How many of the coming inputs were taken in before it decided, judging by its decision.

        None when no number makes that the recorded one.
        """
        inputs: list[Recorded] = []
        for each in self._coming.ahead(TAKEN_TOGETHER):
            if each.actor in self._deciders or each.time != now:
                break
            inputs.append(each)
        if not inputs:
            return None
        trial = Fold(copy_state(decider.fold.state), decider.fold.evolve, decider.fold.types)
        fits: int | None = None
        for count, each in enumerate(inputs, 1):
            if type(each.payload) in trial.types:
                trial.state = trial.evolve(trial.state, each)
            if FEW < count < len(inputs):
                continue
            decided = decider.decide(trial.state, recorded, now)
            stands = self._coming.peek(count + len(decided))[count:]
            if not decided:
                fits = count if fits is None else fits
            elif len(stands) == len(decided) and all(
                _is_same(one, decider.name, other) for one, other in zip(stands, decided, strict=True)
            ):
                return count
        return fits

    def _account_for(self, recorded: Recorded) -> None:
        """A recorded decision that nobody made when asked: perhaps at its own time, or by an event before."""
        decider = self._deciders[recorded.actor]
        self._now = max(self._now, recorded.time)
        tried = sorted(self._processed, key=lambda each: each.position != recorded.cause)
        for woken_by in (None, *tried):
            if woken_by is not None and type(woken_by.payload) not in decider.inputs:
                continue
            decided = decider.decide(decider.fold.state, woken_by, self._now)
            if decided and self._confirm(decider, decided):
                return
        if self._take_in_elsewhere(recorded):
            return  # it will be accounted for when that is known
        cause = self._processed[-1] if self._processed else None
        woken = next((each for each in self._processed if each.position == recorded.cause), cause)
        self._differ(decider, woken, self._now, decider.decide(decider.fold.state, woken, self._now))

    def _wake_before(self, upcoming: Recorded) -> bool:
        """Wake the decider whose time comes before the next event does; tell whether there was one."""
        if isinstance(upcoming.payload, PROCESS_BEGINS) or self._now == 0:
            self._now = max(self._now, upcoming.time)
            return False  # no process was there to wake anybody
        if type(upcoming.payload) not in BY_THE_TELESCOPE and upcoming.actor not in self._deciders:
            self._alarms.take_up()
        first = self._alarms.first(upcoming.time, self._now)
        if first is None:
            return False
        when, name = first
        if when == upcoming.time and upcoming.actor != name:
            return False
        self._now = max(self._now, when)
        self._alarms.ask_again(name)
        before, decider = self._folding.position, self._deciders[name]
        self._ask(decider, None)
        if self._folding.position == before and decider.next_wakeup(decider.fold.state, self._now) == when:
            self._alarms.silence(name)  # it would ask for the same time for ever
        return True

    def _differ(self, decider: Decider, recorded: Recorded | None, now: int, decided: list[Decision]) -> None:
        """Note the difference, and go on with what was recorded."""
        stands: list[Recorded] = []
        for each in self._coming.ahead(TAKEN_TOGETHER):
            if each.actor != decider.name or (stands and each.cause != stands[0].cause):
                break
            stands.append(each)
        self.judged.differences.append(
            Difference(
                self._folding.position,
                decider.name,
                now,
                recorded.position if recorded is not None else 0,
                [each.payload for each in stands],
                [each.event for each in decided],
            )
        )
        for _ in stands:
            self._take_in(self._coming.next())

    def _take_in(self, recorded: Recorded) -> None:
        """Take an event in, after what other processes appended before it."""
        if self._coming.passed:
            self._take_in_elsewhere(recorded)
        kind = type(recorded.payload)
        if kind in TELLS_OF_PROCESSES:
            self._follow_processes(recorded.payload)
        if recorded.time > self._now and self._sets_clock(recorded):
            self._now = recorded.time
        self._folding.take_in(recorded)
        self._last = recorded
        self._alarms.take_in(kind)
        self._pending.append(recorded)
        self.judged.events += 1

    def _sets_clock(self, recorded: Recorded) -> bool:
        """Tell whether the night's process had this time when it took an event in: a command has its own."""
        if not self._coming.is_elsewhere(recorded):
            return True
        return type(recorded.payload) in OF_TELESCOPE and recorded.time <= self._now + WRONG_CLOCK

    def _take_in_elsewhere(self, before: Recorded | None) -> bool:
        """Take in what other processes appended before an event, or all; tell whether there was anything."""
        found = self._coming.elsewhere(before)
        for recorded in found:
            self._take_in(recorded)
        return bool(found)

    def _follow_processes(self, event: Event) -> None:
        if isinstance(event, ProcessStarted):
            self._has_guardian |= event.process == GUARDIAN
        else:  # a process begins: what another left undone is gone
            self._pending.clear()
            self._gathered.clear()
            self._processed.clear()
            self._alarms.clear()

    def _count(self, name: str, decisions: int) -> None:
        self.judged.decisions += decisions
        self.judged.by_decider[name] = self.judged.by_decider.get(name, 0) + decisions


def _is_same(recorded: Recorded, actor: str, decision: Decision) -> bool:
    if recorded.actor != actor or recorded.cause != decision.cause:
        return False
    one, other = recorded.payload, decision.event
    if isinstance(one, ErasedPayload):
        return one.of_type == type(other).__name__
    return one == other or (type(one) is type(other) and encode_event(one) == encode_event(other))
