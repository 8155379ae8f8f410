"""Dithering: the telescope moves a little from where it points."""

from __future__ import annotations

from tomoe_es.recipe.argument_collections import Row
from tomoe_es.recipe.argument_forms import Number
from tomoe_es.recipe.operation import Settings
from tomoe_es.recipe.slewing import SlewingOperation
from tomoe_es.scheduling.sky import offset


class Dithering(SlewingOperation, frozen=True):
    """Begins a move from the current target by so much to the east and to the north, on the tangent plane.

    Each counts from the target before it, dithered or not.
    """

    east_arcsec: float
    north_arcsec: float

    form = Row(("east", "north"), Number(-7200, 7200, "arcsec"))
    example = "Dithering: [0, 1440]"
    needs_before = ("Pointing",)

    def target(self, settings: Settings) -> tuple[float, float]:
        if settings.target_ra_deg is None or settings.target_dec_deg is None:
            raise ValueError("Dithering needs a Pointing before it: the recipe was not checked")
        return offset(settings.target_ra_deg, settings.target_dec_deg, self.east_arcsec, self.north_arcsec)
