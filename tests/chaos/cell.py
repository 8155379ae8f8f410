"""One cell of the table: a night, one fault in one moment of it, and what became of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from tests.chaos.chaos_night import ChaosNight
from tests.chaos.expected import expected_in
from tests.chaos.explored_night import LawBroken, Laws
from tests.chaos.operations import Moment
from tests.tomoe_es.control.observatory import control_fold, jst
from tomoe_es.clock import SECOND
from tomoe_es.errors import TomoeError
from tomoe_es.events import Event, monitor, recipe, reduction, transfer
from tomoe_es.machines.judging import again

LATEST = "18:40"
"""By then every night has ended, also one in which the shutdown was struck."""
WATCHED_EVERY = 2 * SECOND


class Result(msgspec.Struct, frozen=True):
    """What is written into the table, and what broke a law; times in seconds after the fault."""

    fate: str  # of the recipe that was struck
    closed: float | None  # when what can be closed was closed for good; None: it stayed open, or was closed
    violations: list[str]
    broken: list[str]


class Cell:
    """A night that a fault has struck."""

    def __init__(self, night: ChaosNight, fault: Fault, moment: Moment) -> None:
        self.night, self.fault, self.moment = night, fault, moment
        self.struck_us = night.clock.now()
        self._struck_at = night.log.head()
        self.disobedient: set[str] = set()
        execution = night.control.execution
        self._recipe = execution.recipe_id if execution is not None else ""
        self._operation = execution.index if execution is not None else 0
        self._open: list[tuple[float, bool]] = []  # (seconds, whether what can be closed is closed)
        self._unparked = 0.0  # until when it was not parked

    def begin(self) -> None:
        """Let the fault begin, and be mended in time."""
        end = self.fault.end
        if end is not None:
            self.after(self.fault.lasts, lambda: end(self))
        self.fault.begin(self)

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Have something done later, whichever process lives then."""
        self.night.clock.call_at(self.night.clock.now() + round(seconds * SECOND), act)

    def person(self, decide: Callable[[], Event]) -> bool:
        """Somebody commands; False: they were told why not."""
        try:
            event = decide()
        except TomoeError:
            return False
        self.night.record(event)
        return True

    def play(self) -> Result:
        """From the fault to the end of the night."""
        self._watch()
        latest = jst(LATEST)
        while not self.night.over() and self.night.clock.now() < latest:
            self.night.step()
        self.night.run_for(60)
        return self._result()

    def _watch(self) -> None:
        night = self.night
        seconds = (night.clock.now() - self.struck_us) / SECOND
        telescope = night.shared.telescope
        drives = {"dome_slit": telescope.dome_slit, "mirror_cover": telescope.mirror_cover}
        closed = all(drives[each].truly_closed() for each in self.fault.closes)
        self._open.append((seconds, closed))
        if seconds < self.fault.lasts:
            night.clock.call_at(night.clock.now() + WATCHED_EVERY, self._watch)

    def _result(self) -> Result:
        log = self.night.all()
        violations = [each for each in log if isinstance(each.payload, monitor.ViolationDetected)]
        names = sorted({each.payload.name for each in violations})  # type: ignore[attr-defined]
        broken = [*self._unsafe(), *self._unlawful(), *self._inconsistent()]
        expected = expected_in(self.fault.name, self.moment.name)
        broken += [f"no violation {each}" for each in sorted(expected - set(names))]
        broken += [f"wrong violation {each}" for each in sorted(set(names) - expected)]
        return Result(self._fate(), self._closed_after(), names, broken)

    def _closed_after(self) -> float | None:
        """When it was closed for as long as the fault lasted; None when it was so from the beginning."""
        still_open = [seconds for seconds, closed in self._open if not closed]
        if not still_open or still_open[-1] >= self._open[-1][0]:
            return None
        return still_open[-1] + WATCHED_EVERY / SECOND

    def _unsafe(self) -> list[str]:
        night, found = self.night, []
        limit = self.fault.closed_within
        late = [seconds for seconds, closed in self._open if not closed and limit and seconds > limit]
        if late:
            found.append(f"open {late[0]:g} s after the fault, until {late[-1]:g} s")
        if not night.truly_closed:
            found.append("open at the end")
        if not night.truly_parked:
            found.append("not parked at the end")
        if night.control.night.phase != "ended":
            found.append(f"the night is {night.control.night.phase}")
        return found

    def _unlawful(self) -> list[str]:
        laws = Laws()
        laws.disobedient = self.disobedient | {self.fault.device}
        try:
            laws.judge(self.night.disk)
        except LawBroken as broken:
            return [str(broken)[:300]]
        return []

    def _inconsistent(self) -> list[str]:
        night, log, found = self.night, self.night.all(), []
        if [each.position for each in log] != list(range(1, len(log) + 1)):
            found.append("positions have gaps")
        compared = again.compare(log)
        differ = [*compared.only_live, *compared.only_again]
        if differ:
            found.append(f"judged again: {len(differ)} differ, first {differ[0]}"[:300])
        fold = control_fold()
        for each in log:
            if type(each.payload) in fold.types:
                fold.state = fold.evolve(fold.state, each)
        if msgspec.json.encode(fold.state) != msgspec.json.encode(night.control):
            found.append("the state is not the one that the log gives")
        products = Counter(
            (each.payload.frame_id, each.payload.kind)
            for each in log
            if isinstance(each.payload, reduction.ProductArchived)
        )
        found += [f"twice in the archive: {each}" for each, times in products.items() if times > 1]
        ended = (reduction.ProductArchived, reduction.ProductRejected, reduction.ReductionFailed)
        accounted = {each.payload.frame_id for each in log if isinstance(each.payload, ended)}
        found += [
            f"neither archived nor rejected: {each.payload.frame_id}"
            for each in log
            if isinstance(each.payload, transfer.ChipCubeBuffered) and each.payload.frame_id not in accounted
        ]
        if night.untold:
            found.append("the guardian has not told everything")
        return found

    def _fate(self) -> str:
        """What became of the recipe that was struck."""
        if not self._recipe:
            return "idle"
        fates: list[str] = []
        for each in self.night.log.read(after=self._struck_at):
            event = each.payload
            if not isinstance(event, recipe.RecipeEvent) or event.recipe_id != self._recipe:
                continue
            match event:
                case recipe.RecipeCompleted():
                    fates.append("done")
                case recipe.RecipeCancelled():
                    fates.append(f"cancelled, {event.condition}")
                case recipe.RecipeExpired():
                    fates.append("expired")
                case recipe.RecipeReturnedToPool():
                    fates.append("back")
                case _:
                    pass
        times = Counter(fates)
        told = [each if times[each] == 1 else f"{each} {times[each]} times" for each in dict.fromkeys(fates)]
        return ", ".join(told) or "waits"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What happens, for how long, and what must come of it."""

    name: str
    begin: Callable[[Cell], None]
    end: Callable[[Cell], None] | None = None
    lasts: float = 480.0
    device: str = ""  # that does not obey
    closes: tuple[str, ...] = ("dome_slit", "mirror_cover")  # what of it can be closed
    closed_within: float | None = None  # None: it is no danger
