"""What Exposure, Dark and Flat have in common: the camera takes a cube of frames on every chip."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from tomoe_es.camera.frame_geometry import frame_seconds
from tomoe_es.clock import SECOND, isot
from tomoe_es.events import Event, camera
from tomoe_es.recipe.argument_forms import Text
from tomoe_es.recipe.operation import Operation, Settings, Situation
from tomoe_es.recipe.readings import device_shows
from tomoe_es.recipe.refusals import Refusal

EXPOSURE_NAME = Text(68, forbidden="'\"/\\")
"""Fits into the FITS header as OBJECT, and into a file name."""


class ExposingOperation(Operation, frozen=True):
    """Takes one exposure with the parameters set before; complete when the camera says it is finished."""

    name: str

    form = EXPOSURE_NAME
    exposes = True
    devices: ClassVar[tuple[str, ...]] = ("camera",)
    needs_before: ClassVar[tuple[str, ...]] = ("SetParameter",)
    data_type: ClassVar[camera.DataType]

    def time_limit_seconds(self, situation: Situation) -> float:
        settings = situation.settings
        return 60.0 + 1.5 * settings.frames * settings.exposure_seconds

    def refusal(self, situation: Situation) -> Refusal | None:
        hardware, settings = situation.hardware, situation.settings
        refusal = super().refusal(situation)
        if refusal is not None:
            return refusal
        if settings.frames == 0:
            return Refusal("NoExposureTime", "no SetParameter came before it")
        if "camera" in hardware.unreachable or hardware.camera is None or hardware.camera.state != "idle":
            return Refusal("DeviceNotReady", device_shows(situation, "camera"))
        if hardware.mount is None:
            return Refusal("DeviceNotReady", device_shows(situation, "mount"))
        return self._too_late(situation)

    def _too_late(self, situation: Situation) -> Refusal | None:
        """Why there is no time left for it; None when there is."""
        frames, seconds = situation.settings.frames, situation.settings.exposure_seconds
        end_us = situation.now + round(frames * frame_seconds(seconds) * SECOND)
        lasts = f"an exposure of {frames * seconds:g} s would end at {isot(end_us, 0)} UTC"
        if end_us > situation.window_end_us:
            message = (
                f"{lasts}, after the recipe's window, which closes at {isot(situation.window_end_us, 0)}"
            )
            return Refusal("WindowTooShort", message)
        dawn_us = situation.observing_end_us
        if self.data_type == "OBJECT" and dawn_us is not None and end_us > dawn_us:
            return Refusal("NightTooShort", f"{lasts}, after the end of observing at {isot(dawn_us, 0)}")
        return None

    def commands(self, situation: Situation) -> list[Event]:
        settings, mount = situation.settings, situation.hardware.mount
        if mount is None:
            raise ValueError("an exposure needs a reading of the mount: `refusal` was not asked")
        return [
            camera.ExposureRequested(
                exposure_number=situation.next_exposure_number,
                recipe_id=situation.recipe_id,
                name=self.name,
                data_type=self.data_type,
                gain=settings.gain,
                exposure_seconds=settings.exposure_seconds,
                frames=settings.frames,
                pipeline=list(settings.pipeline) if self.data_type == "OBJECT" else [],
                observer=situation.observer,
                project=situation.project,
                lane=situation.lane,
                ra_deg=mount.ra_deg,
                dec_deg=mount.dec_deg,
                night=situation.night,
            )
        ]

    def settings(self, situation: Situation) -> Settings:
        return msgspec.structs.replace(
            situation.settings,
            exposure_number=situation.next_exposure_number,
            exposure_state="requested",
        )

    def complete(self, situation: Situation) -> bool:
        return situation.settings.exposure_state == "finished"

    def failure(self, situation: Situation) -> str | None:
        failure = super().failure(situation)
        if failure is None and situation.settings.exposure_state == "aborted":
            return f"exposure {situation.settings.exposure_number} was aborted"
        return failure
