"""What Pointing and Dithering have in common: the telescope goes to a new target, and the dome with it."""

from __future__ import annotations

import msgspec

from tomoe_es.events import Event, telescope
from tomoe_es.observatory import LOWEST_ALTITUDE_DEG, NEAREST_TO_SUN_DEG
from tomoe_es.recipe.operation import Operation, Settings, Situation
from tomoe_es.recipe.readings import FRESH_US, device_shows
from tomoe_es.recipe.refusals import Refusal
from tomoe_es.scheduling.sky import horizontal, separation_arcsec, sun_position

ACCEPTED_ARCSEC = 5.0
"""The mount has taken a target over when it names one this close to it."""


class SlewingOperation(Operation, frozen=True):
    """An operation that sends the telescope to a new target; complete when the mount shows that it obeys."""

    moves = True
    devices = ("mount", "dome_rotation")
    satisfies = frozenset({"pointing"})
    completes_on_acceptance = True

    def target(self, settings: Settings) -> tuple[float, float]:
        """The new target (ICRS degrees), from the settings before the operation."""
        raise NotImplementedError

    def time_limit_seconds(self, situation: Situation) -> float:
        return 30.0

    def refusal(self, situation: Situation) -> Refusal | None:
        refusal = super().refusal(situation)
        if refusal is not None:
            return refusal
        for device in ("mount", "dome_rotation"):
            if not situation.hardware.read_since(device, situation.now - FRESH_US):
                return Refusal("DeviceNotReady", device_shows(situation, device))
        ra_deg, dec_deg = self.target(situation.settings)
        altitude_deg = horizontal(ra_deg, dec_deg, situation.now).altitude_deg
        if altitude_deg < LOWEST_ALTITUDE_DEG:
            return Refusal(
                "TargetTooLow",
                f"the target (ra {ra_deg:.4f}, dec {dec_deg:+.4f}) is at altitude {altitude_deg:.1f} deg "
                f"now, below the limit of {LOWEST_ALTITUDE_DEG:g} deg",
            )
        sun_deg = separation_arcsec(ra_deg, dec_deg, *sun_position(situation.now)) / 3600.0
        if sun_deg < NEAREST_TO_SUN_DEG:
            return Refusal(
                "SunTooNear",
                f"the target (ra {ra_deg:.4f}, dec {dec_deg:+.4f}) is {sun_deg:.0f} deg from the Sun now, "
                f"nearer than {NEAREST_TO_SUN_DEG:g} deg",
            )
        return None

    def commands(self, situation: Situation) -> list[Event]:
        ra_deg, dec_deg = self.target(situation.settings)
        return [
            telescope.MountSlewCommanded(ra_deg=ra_deg, dec_deg=dec_deg),
            telescope.DomeRotationCommanded(
                azimuth_deg=horizontal(ra_deg, dec_deg, situation.now).azimuth_deg
            ),
        ]

    def settings(self, situation: Situation) -> Settings:
        ra_deg, dec_deg = self.target(situation.settings)
        return msgspec.structs.replace(
            situation.settings, target_ra_deg=ra_deg, target_dec_deg=dec_deg, pointed_at=situation.now
        )

    def complete(self, situation: Situation) -> bool:
        mount, settings = situation.hardware.mount, situation.settings
        if mount is None or settings.target_ra_deg is None or settings.target_dec_deg is None:
            return False
        off = separation_arcsec(
            mount.target_ra_deg, mount.target_dec_deg, settings.target_ra_deg, settings.target_dec_deg
        )
        return (
            situation.hardware.answered("mount", situation.started)
            and mount.state in {"slewing", "settling", "tracking"}
            and off <= ACCEPTED_ARCSEC
        )
