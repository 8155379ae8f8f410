"""SetTelescopeLock: forbid or allow that anything moves."""

from __future__ import annotations

from tomoe_es.events import Event, telescope
from tomoe_es.recipe.argument_forms import Flag
from tomoe_es.recipe.conditions import CONDITIONS
from tomoe_es.recipe.operation import Operation, Situation
from tomoe_es.recipe.refusals import Refusal


class SetTelescopeLock(Operation, frozen=True):
    """Sets or releases the telescope lock. A lock that somebody else has set is not released by a recipe."""

    locked: bool

    form = Flag()
    example = "SetTelescopeLock: false"
    satisfies = frozenset({"telescope_locked", "telescope_unlocked"})

    def brings_about(self) -> frozenset[str]:
        return frozenset({"telescope_locked" if self.locked else "telescope_unlocked"})

    def time_limit_seconds(self, situation: Situation) -> float:
        return 10.0

    def refusal(self, situation: Situation) -> Refusal | None:
        hardware = situation.hardware
        if not self.locked and hardware.locked and hardware.locked_by not in {"", situation.observer}:
            shows = CONDITIONS["telescope_unlocked"].shows(situation)
            return Refusal("LockOfSomebodyElse", f"{shows}; only {hardware.locked_by} may release it")
        return None

    def commands(self, situation: Situation) -> list[Event]:
        event = telescope.TelescopeLockSet if self.locked else telescope.TelescopeLockReleased
        return [event(who=situation.observer, why=situation.project)]

    def complete(self, situation: Situation) -> bool:
        return situation.hardware.locked == self.locked

    def shows(self, situation: Situation) -> str:
        return CONDITIONS["telescope_unlocked"].shows(situation)
