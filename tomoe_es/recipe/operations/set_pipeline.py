"""SetPipeline: what the reduction does with the exposures that follow."""

from __future__ import annotations

from typing import Any, Self

import msgspec

from tomoe_es.recipe.argument_collections import Names
from tomoe_es.recipe.argument_faults import MissingField
from tomoe_es.recipe.operation import Operation, Settings, Situation

PIPELINE_STEPS = ("wcs", "stack", "clip", "neo", "cube")
"""Astrometric solution, mean over time, without what is 3 sigma off, moving objects, keep the video."""


class SetPipeline(Operation, frozen=True):
    """Says what is made of the following exposures of the sky; `stack` or `cube` is archived.

    `neo` needs `wcs` and `stack`. `clip` leaves out of the stack what is 3 sigma off: cosmic rays,
    satellites.
    """

    steps: tuple[str, ...]

    form = Names(PIPELINE_STEPS)
    example = "SetPipeline: [wcs, stack, neo]"

    @classmethod
    def parse(cls, argument: Any) -> Self:
        operation = super().parse(argument)
        missing = [step for step in ("wcs", "stack") if step not in operation.steps]
        if "neo" in operation.steps and missing:
            raise MissingField(
                f"'neo' needs {' and '.join(missing)}: moving objects are what differs from the stack, "
                "at the positions that the astrometry gives",
                f"add {', '.join(missing)}",
            )
        if "clip" in operation.steps and "stack" not in operation.steps:
            raise MissingField(
                "'clip' needs stack: it says how the mean over time is made",
                "add stack",
            )
        if not {"stack", "cube"}.intersection(operation.steps):
            raise MissingField(
                "without 'stack' or 'cube' nothing of the exposure would be archived",
                "add stack",
            )
        return operation

    def time_limit_seconds(self, situation: Situation) -> float:
        return 10.0

    def settings(self, situation: Situation) -> Settings:
        return msgspec.structs.replace(situation.settings, pipeline=self.steps)

    def complete(self, situation: Situation) -> bool:
        return True
