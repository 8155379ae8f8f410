"""Assert: go on only if conditions hold."""

from __future__ import annotations

from tomoe_es.recipe.argument_collections import Names
from tomoe_es.recipe.argument_faults import UnknownCondition
from tomoe_es.recipe.conditions import CONDITIONS
from tomoe_es.recipe.operation import Operation, Situation


class Assert(Operation, frozen=True):
    """Judges the conditions by the first readings after it began; one that fails cancels the recipe."""

    conditions: tuple[str, ...]

    form = Names(tuple(CONDITIONS), fault=UnknownCondition, as_list=False)
    example = "Assert: domeslit_open"

    def time_limit_seconds(self, situation: Situation) -> float:
        return 30.0

    def complete(self, situation: Situation) -> bool:
        return all(CONDITIONS[name].holds(situation, situation.started) for name in self.conditions)

    def failure(self, situation: Situation) -> str | None:
        for name in self.conditions:
            condition = CONDITIONS[name]
            unreachable = any(device in situation.hardware.unreachable for device in condition.devices)
            judged = all(situation.hardware.read_since(each, situation.started) for each in condition.devices)
            if unreachable or (judged and not condition.holds(situation, situation.started)):
                return f"{name} does not hold: {condition.shows(situation)}"
        return None

    def shows(self, situation: Situation) -> str:
        return "; ".join(f"{name}: {CONDITIONS[name].shows(situation)}" for name in self.conditions)
