"""SetFocus: the camera goes to a distance along the optical axis."""

from __future__ import annotations

from tomoe_es.events import Event, telescope
from tomoe_es.observatory import FOCUS_RANGE_MM, FOCUS_TOLERANCE_MM
from tomoe_es.recipe.argument_forms import Number
from tomoe_es.recipe.operation import Operation, Situation
from tomoe_es.recipe.refusals import Refusal


class SetFocus(Operation, frozen=True):
    """Brings the focus to a position and waits until its encoder shows that it stands there."""

    position_mm: float

    form = Number(0, 50, "mm")
    example = "SetFocus: 28.13"
    moves = True
    devices = ("focus",)

    def time_limit_seconds(self, situation: Situation) -> float:
        return 120.0

    def refusal(self, situation: Situation) -> Refusal | None:
        lowest, highest = FOCUS_RANGE_MM
        if not lowest <= self.position_mm <= highest:
            message = f"{self.position_mm:g} mm is outside of {lowest:g} to {highest:g} mm"
            return Refusal("FocusOutOfRange", f"{message}, where the focus can be")
        return super().refusal(situation)

    def commands(self, situation: Situation) -> list[Event]:
        return [telescope.FocusCommanded(position_mm=self.position_mm)]

    def complete(self, situation: Situation) -> bool:
        focus = situation.hardware.focus
        return (
            focus is not None
            and situation.hardware.answered("focus", situation.started)
            and focus.state == "still"
            and abs(focus.position_mm - self.position_mm) <= FOCUS_TOLERANCE_MM
        )
