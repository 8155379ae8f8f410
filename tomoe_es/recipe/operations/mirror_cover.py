"""MirrorCover: the cover of the main mirror opens or closes."""

from __future__ import annotations

from tomoe_es.events import Event, telescope
from tomoe_es.recipe.opening import OpeningOperation
from tomoe_es.recipe.operation import Situation


class MirrorCover(OpeningOperation, frozen=True):
    """Begins to open or close the mirror cover; `Wait: mirrorcover_open` blocks until it is open."""

    example = "MirrorCover: open"
    devices = ("mirror_cover",)
    satisfies = frozenset({"mirrorcover_open", "mirrorcover_closed"})

    def commands(self, situation: Situation) -> list[Event]:
        reason = f"recipe of {situation.observer}"
        return [telescope.MirrorCoverCommanded(action=self.action, reason=reason)]
