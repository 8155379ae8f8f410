"""SetParameter: how the exposures that follow are taken."""

from __future__ import annotations

from typing import Literal

import msgspec

from tomoe_es.recipe.argument_collections import Fields
from tomoe_es.recipe.argument_forms import Choice, Number
from tomoe_es.recipe.operation import Operation, Settings, Situation


class SetParameter(Operation, frozen=True):
    """Sets gain, exposure time of one frame and number of frames of the following exposures."""

    gain: Literal["high", "low"]
    exposure_seconds: float
    frames: int

    form = Fields(
        {
            "gain": Choice(("high", "low")),
            "tinteg_sec": Number(0.1, 10, "s"),
            "nframe": Number(1, 3600, "frames", whole=True),
        }
    )
    example = "SetParameter: { gain: high, tinteg_sec: 0.5, nframe: 18 }"

    def time_limit_seconds(self, situation: Situation) -> float:
        return 10.0

    def settings(self, situation: Situation) -> Settings:
        return msgspec.structs.replace(
            situation.settings,
            gain=self.gain,
            exposure_seconds=self.exposure_seconds,
            frames=self.frames,
        )

    def complete(self, situation: Situation) -> bool:
        return True
