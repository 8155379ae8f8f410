"""DomeSlit: the slit of the dome opens or closes."""

from __future__ import annotations

from tomoe_es.events import Event, telescope
from tomoe_es.recipe.opening import OpeningOperation
from tomoe_es.recipe.operation import Situation


class DomeSlit(OpeningOperation, frozen=True):
    """Begins to open or close the dome slit; `Wait: domeslit_open` blocks until it is open."""

    example = "DomeSlit: open"
    devices = ("dome_slit",)
    satisfies = frozenset({"domeslit_open", "domeslit_closed"})

    def commands(self, situation: Situation) -> list[Event]:
        reason = f"recipe of {situation.observer}"
        return [telescope.DomeSlitCommanded(action=self.action, reason=reason)]
