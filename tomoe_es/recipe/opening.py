"""What MirrorCover and DomeSlit have in common: something opens or closes, and says so by its switches."""

from __future__ import annotations

from typing import ClassVar, Literal

from tomoe_es.recipe.argument_forms import Choice
from tomoe_es.recipe.operation import Operation, Situation

OPEN_OR_CLOSE = Choice(("open", "close"))


class OpeningOperation(Operation, frozen=True):
    """Opens or closes one device. The command is always given, also when the device reads closed already."""

    action: Literal["open", "close"]

    form = OPEN_OR_CLOSE
    moves = True
    completes_on_acceptance = True
    opening_needs: ClassVar[tuple[str, ...]] = ("weather_safe", "sun_down")
    """Conditions that must hold when it opens."""

    def brings_about(self) -> frozenset[str]:
        ending = "_open" if self.action == "open" else "_closed"
        return frozenset(name for name in self.satisfies if name.endswith(ending))

    def required(self) -> tuple[str, ...]:
        return (*super().required(), *(self.opening_needs if self.action == "open" else ()))

    def time_limit_seconds(self, situation: Situation) -> float:
        return 30.0

    def complete(self, situation: Situation) -> bool:
        (device,) = self.devices
        if not situation.hardware.answered(device, situation.started):
            return False
        obeying = {"opening", "open"} if self.action == "open" else {"closing", "closed"}
        return getattr(situation.hardware, device).state in obeying
