"""Exposure: the camera exposes the sky."""

from __future__ import annotations

from tomoe_es.recipe.exposing import ExposingOperation


class Exposure(ExposingOperation, frozen=True):
    """Takes an exposure of the sky; SetPipeline is needed too, or nothing would be made of it."""

    example = "Exposure: J0118+2942_dith1"
    data_type = "OBJECT"
    devices = ("camera", "mount", "mirror_cover", "dome_slit")
    needs = ("pointing", "mirrorcover_open", "domeslit_open", "weather_safe", "sun_down")
    needs_before = ("SetParameter", "SetPipeline", "Pointing")
