"""Wait: block until conditions hold."""

from __future__ import annotations

from tomoe_es.recipe.argument_collections import Names
from tomoe_es.recipe.argument_faults import UnknownCondition
from tomoe_es.recipe.conditions import CONDITIONS
from tomoe_es.recipe.operation import Operation, Situation
from tomoe_es.recipe.readings import device_failure


class Wait(Operation, frozen=True):
    """Blocks until all conditions hold at once, by readings taken after it began."""

    conditions: tuple[str, ...]

    form = Names(tuple(CONDITIONS), fault=UnknownCondition, as_list=False)
    example = "Wait: pointing, mirrorcover_open"

    def time_limit_seconds(self, situation: Situation) -> float:
        return max(CONDITIONS[name].time_limit_seconds for name in self.conditions)

    def complete(self, situation: Situation) -> bool:
        return all(CONDITIONS[name].holds(situation, situation.started) for name in self.conditions)

    def failure(self, situation: Situation) -> str | None:
        devices = dict.fromkeys(device for name in self.conditions for device in CONDITIONS[name].devices)
        return device_failure(situation, tuple(devices))

    def shows(self, situation: Situation) -> str:
        return "; ".join(f"{name}: {CONDITIONS[name].shows(situation)}" for name in self.conditions)
