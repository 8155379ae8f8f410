"""Dark: the camera exposes without light."""

from __future__ import annotations

from tomoe_es.recipe.exposing import ExposingOperation


class Dark(ExposingOperation, frozen=True):
    """Takes a dark with the mirror cover closed."""

    example = "Dark: dark_0.5s"
    data_type = "DARK"
    needs = ("mirrorcover_closed",)
