"""Park: the telescope goes to its place of rest."""

from __future__ import annotations

from tomoe_es.events import Event, telescope
from tomoe_es.recipe.argument_collections import Nothing
from tomoe_es.recipe.operation import Operation, Situation


class Park(Operation, frozen=True):
    """Parks the mount and waits until it reads parked."""

    form = Nothing()
    example = "Park"
    moves = True
    devices = ("mount",)
    satisfies = frozenset({"parked"})

    def time_limit_seconds(self, situation: Situation) -> float:
        return 300.0

    def commands(self, situation: Situation) -> list[Event]:
        return [telescope.MountParkCommanded(reason=f"recipe of {situation.observer}")]

    def complete(self, situation: Situation) -> bool:
        mount = situation.hardware.mount
        return (
            mount is not None
            and situation.hardware.answered("mount", situation.started)
            and mount.state == "parked"
        )
