"""A night walked once; at each moment each fault is given to a copy of it, a process of its own.

So the way to the moment is walked once for all faults.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Collection

import msgspec

from tests.chaos.cell import Cell, Fault, Result
from tests.chaos.chaos_night import ChaosNight
from tests.chaos.operations import MOMENTS, SURVEY, Moment, survey
from tests.tomoe_es.control.observatory import jst, plan
from tomoe_es.clock import SECOND
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.recipe import OperationStarted

END = "17:31"
Wanted = Collection[tuple[Fault, Moment]]
DIED = Result("", None, [], ["the cell could not be played: see what it wrote to stderr"])


class Walk:
    """Strikes every wanted (fault, moment) pair, `at_once` copies at a time."""

    def __init__(self, wanted: Wanted, at_once: int = 1) -> None:
        self._wanted, self._at_once = wanted, at_once
        self._running: list[tuple[int, int, tuple[str, str]]] = []
        self._results: dict[tuple[str, str], Result] = {}
        self._left = [each for each in MOMENTS if any(moment is each for _, moment in wanted)]
        self._copy: tuple[Cell, int] | None = None
        self.night = ChaosNight(None, plan(end=END))
        self.night.conductor.add_effects({OperationStarted: self._begun})

    def results(self) -> dict[tuple[str, str], Result]:
        """Results by name of fault and of moment."""
        night = self.night
        night.start(survey(jst("16:55")))
        for moment in self._left:
            if moment.at:
                night.clock.call_at(jst(moment.at), lambda moment=moment: self._strike(moment))  # type: ignore[misc]
        while self._left:
            night.step()
            if self._copy is not None:
                self._play(*self._copy)
        while self._running:
            self._reap()
        return self._results

    def _begun(self, recorded: Recorded) -> None:
        event = recorded.payload
        assert isinstance(event, OperationStarted)
        role = self.night.role_of(event.recipe_id) or SURVEY
        for moment in self._left:
            if (moment.role, moment.operation) == (role, event.operation):
                if moment.after_seconds:
                    when = recorded.time + round(moment.after_seconds * SECOND)
                    self.night.clock.call_at(when, lambda moment=moment: self._strike(moment))  # type: ignore[misc]
                else:
                    self._strike(moment)
                return

    def _strike(self, moment: Moment) -> None:
        """Make the copies; in a copy the fault begins, and it is played on when the stack is empty."""
        if moment not in self._left:
            return
        self._left = [each for each in self._left if each is not moment]
        for fault in (each for each, struck in self._wanted if struck is moment):
            while len(self._running) >= self._at_once:
                self._reap()
            reading, writing = os.pipe()
            child = os.fork()
            if child == 0:
                self._left, self._wanted = [], ()
                cell = Cell(self.night, fault, moment)
                self._copy = cell, writing
                cell.begin()
                return
            os.close(writing)
            self._running.append((child, reading, (fault.name, moment.name)))

    def _play(self, cell: Cell, writing: int) -> None:
        result = DIED
        try:
            result = cell.play()
        finally:
            if result is DIED:
                traceback.print_exc(file=sys.stderr)
            os.write(writing, msgspec.json.encode(result))
            os._exit(0)

    def _reap(self) -> None:
        child, reading, name = self._running.pop(0)
        content = b""
        while part := os.read(reading, 65536):
            content += part
        os.close(reading)
        os.waitpid(child, 0)
        self._results[name] = msgspec.json.decode(content, type=Result)
