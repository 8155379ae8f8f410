"""SetTelescopeLock: forbid or allow that anything moves."""

from __future__ import annotations

from tomoe_es.events import Event, telescope
from tomoe_es.recipe.argument_forms import Flag
from tomoe_es.recipe.conditions import CONDITIONS
from tomoe_es.recipe.operation import Operation, Situation
from tomoe_es.recipe.refusals import Refusal


class SetTelescopeLock(Operation, frozen=True):
    """Sets or releases the telescope lock, unless a person or another recipe has set it."""

    locked: bool

    form = Flag()
    example = "SetTelescopeLock: false"
    satisfies = frozenset({"telescope_locked", "telescope_unlocked"})

    def brings_about(self) -> frozenset[str]:
        return frozenset({"telescope_locked" if self.locked else "telescope_unlocked"})

    def time_limit_seconds(self, situation: Situation) -> float:
        return 10.0

    def refusal(self, situation: Situation) -> Refusal | None:
        if situation.hardware.lock_is_free_for(situation.recipe_id):
            return None
        shows = CONDITIONS["telescope_unlocked"].shows(situation)
        return Refusal("LockOfSomebodyElse", f"{shows}; a recipe leaves it so: release it first")

    def commands(self, situation: Situation) -> list[Event]:
        who, why, recipe_id = situation.observer, situation.project, situation.recipe_id
        if not self.locked:
            return [telescope.TelescopeLockReleased(who=who, why=why, recipe_id=recipe_id)]
        of_schedule = situation.of_schedule
        return [telescope.TelescopeLockSet(who=who, why=why, recipe_id=recipe_id, of_schedule=of_schedule)]

    def complete(self, situation: Situation) -> bool:
        return situation.hardware.locked == self.locked

    def shows(self, situation: Situation) -> str:
        return CONDITIONS["telescope_unlocked"].shows(situation)
