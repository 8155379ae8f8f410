"""Flat: the camera exposes the twilight sky."""

from __future__ import annotations

from tomoe_es.recipe.exposing import ExposingOperation


class Flat(ExposingOperation, frozen=True):
    """Takes a flat of the twilight sky through the open slit and mirror cover."""

    example = "Flat: twilight_1s"
    data_type = "FLAT"
    needs = ("mirrorcover_open", "domeslit_open", "weather_safe", "twilight_flat")
