"""Pointing: the telescope goes to a position of the sky."""

from __future__ import annotations

from tomoe_es.recipe.argument_collections import Fields
from tomoe_es.recipe.argument_forms import Number
from tomoe_es.recipe.operation import Settings
from tomoe_es.recipe.slewing import SlewingOperation


class Pointing(SlewingOperation, frozen=True):
    """Begins a slew to a position (ICRS), and the dome with it; `Wait: pointing` blocks until it ends."""

    ra_deg: float
    dec_deg: float

    form = Fields(
        {
            "ra": Number(0, 360, "deg", highest_excluded=True, shown_as=".4f"),
            "dec": Number(-90, 90, "deg", shown_as="+.4f"),
        }
    )
    example = "Pointing: { ra: 19.7498221, dec: 29.7107127 }"

    def target(self, settings: Settings) -> tuple[float, float]:
        return self.ra_deg, self.dec_deg
