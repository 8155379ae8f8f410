"""The conditions that `Wait` and `Assert` know: what each means, and how the readings show it."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, radians
from typing import TYPE_CHECKING

import msgspec

from tomoe_es.clock import isot
from tomoe_es.observatory import DOME_TOLERANCE_DEG, POINTING_TOLERANCE_ARCSEC
from tomoe_es.recipe.readings import device_shows
from tomoe_es.scheduling.sky import horizontal, separation_arcsec

if TYPE_CHECKING:
    from tomoe_es.recipe.operation import Situation

FLAT_SUN_HIGHEST_DEG, FLAT_SUN_LOWEST_DEG = -3.0, -9.0
"""Between these the twilight sky outshines the stars and does not yet saturate the sensors."""
NIGHT_SUN_DEG = -12.0
"""End of nautical twilight: the sky is dark enough to observe."""


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One condition: its meaning, and how long a `Wait` for it may take."""

    name: str
    meaning: str
    holds: Callable[[Situation, int], bool]
    """Tell whether it holds, by readings taken at or after a time (UTC microseconds)."""
    shows: Callable[[Situation], str]
    """What the readings show about it, in words."""
    devices: tuple[str, ...] = ()
    time_limit_seconds: float
    excludes: tuple[str, ...] = ()
    """Conditions that can't hold at the same time."""
    brought_by: str = ""
    """Line of a recipe that brings it about; empty when none does."""
    only_after: str = ""
    """Operation without which it never comes about; empty when it can come about from outside."""


def _device_state(
    name: str, state: str, meaning: str, device: str, limit: float, opposite: str, brought_by: str
) -> Condition:
    """A condition that is one state of one device."""

    def holds(situation: Situation, since_us: int) -> bool:
        hardware = situation.hardware
        return hardware.read_since(device, since_us) and getattr(hardware, device).state == state

    return Condition(
        name=name,
        meaning=meaning,
        holds=holds,
        shows=lambda situation: device_shows(situation, device),
        devices=(device,),
        time_limit_seconds=limit,
        excludes=(opposite,),
        brought_by=brought_by,
    )


def dome_off_deg(situation: Situation) -> float | None:
    """How far the target is from the middle of the slit, across the slit; None when one is not known.

    The difference in azimuth times the cosine of the altitude: near the zenith the slit clears any azimuth.
    """
    dome, settings = situation.hardware.dome_rotation, situation.settings
    if dome is None or settings.target_ra_deg is None or settings.target_dec_deg is None:
        return None
    target = horizontal(settings.target_ra_deg, settings.target_dec_deg, situation.now)
    off = abs((dome.azimuth_deg - target.azimuth_deg + 180.0) % 360.0 - 180.0)
    return off * cos(radians(target.altitude_deg))


def mount_off_arcsec(situation: Situation) -> float | None:
    """How far the mount points from the recipe's target; None when one is not known."""
    mount, settings = situation.hardware.mount, situation.settings
    if mount is None or settings.target_ra_deg is None or settings.target_dec_deg is None:
        return None
    return separation_arcsec(mount.ra_deg, mount.dec_deg, settings.target_ra_deg, settings.target_dec_deg)


def _pointing_holds(situation: Situation, since_us: int) -> bool:
    hardware, since_us = situation.hardware, max(since_us, situation.settings.pointed_at)
    if not (hardware.read_since("mount", since_us) and hardware.read_since("dome_rotation", since_us)):
        return False
    mount, dome = hardware.mount, hardware.dome_rotation
    if mount is None or mount.state != "tracking" or dome is None or dome.state != "still":
        return False  # before any sphere is computed: that takes longer than all the rest of a decision
    mount_off = mount_off_arcsec(situation)
    if mount_off is None or mount_off > POINTING_TOLERANCE_ARCSEC:
        return False
    dome_off = dome_off_deg(situation)
    return dome_off is not None and dome_off <= DOME_TOLERANCE_DEG


def _pointing_shows(situation: Situation) -> str:
    if situation.settings.target_ra_deg is None:
        return "the recipe has not pointed yet"
    mount, dome = device_shows(situation, "mount"), device_shows(situation, "dome_rotation")
    mount_off, dome_off = mount_off_arcsec(situation), dome_off_deg(situation)
    if mount_off is not None:
        mount += f", {mount_off:.0f} arcsec from the target"
    if dome_off is not None:
        dome += f", its slit {dome_off:.1f} deg from the target"
    return f"{mount}; {dome}"


def _lock_shows(situation: Situation) -> str:
    hardware = situation.hardware
    if not hardware.locked:
        return "the telescope is not locked"
    by = f" by {hardware.locked_by}" if hardware.locked_by else ""
    since = f" since {isot(hardware.locked_since, 0)} UTC" if hardware.locked_since else ""
    why = f": {hardware.locked_why}" if hardware.locked_why else ""
    return f"the telescope is locked{by}{since}{why}"


def _sun_shows(situation: Situation) -> str:
    return f"the Sun is at {situation.sun_altitude_deg:+.1f} deg"


_HOUR = 3600.0

CONDITIONS: dict[str, Condition] = {
    each.name: each
    for each in (
        Condition(
            name="pointing",
            meaning=f"the mount tracks within {POINTING_TOLERANCE_ARCSEC:g} arcsec of the target, and "
            f"the dome stands still with its slit within {DOME_TOLERANCE_DEG:g} deg of it",
            holds=_pointing_holds,
            shows=_pointing_shows,
            devices=("mount", "dome_rotation"),
            time_limit_seconds=300.0,
            excludes=("parked",),
            brought_by="Pointing: { ra: DEG, dec: DEG }",
            only_after="Pointing",
        ),
        _device_state("parked", "parked", "the mount is parked", "mount", 300.0, "pointing", "Park"),
        _device_state(
            "mirrorcover_open", "open", "the mirror cover's switch says open",
            "mirror_cover", 120.0, "mirrorcover_closed", "MirrorCover: open",
        ),
        _device_state(
            "mirrorcover_closed", "closed", "the mirror cover's switch says closed",
            "mirror_cover", 120.0, "mirrorcover_open", "MirrorCover: close",
        ),
        _device_state(
            "domeslit_open", "open", "the dome slit's switch says open",
            "dome_slit", 300.0, "domeslit_closed", "DomeSlit: open"
        ),
        _device_state(
            "domeslit_closed", "closed", "the dome slit's switch says closed",
            "dome_slit", 300.0, "domeslit_open", "DomeSlit: close",
        ),
        Condition(
            name="telescope_locked",
            meaning="the telescope lock is set: nothing moves",
            holds=lambda situation, _: situation.hardware.locked,
            shows=_lock_shows,
            time_limit_seconds=_HOUR,
            excludes=("telescope_unlocked",),
            brought_by="SetTelescopeLock: true",
        ),
        Condition(
            name="telescope_unlocked",
            meaning="the telescope lock is not set",
            holds=lambda situation, _: not situation.hardware.locked,
            shows=_lock_shows,
            time_limit_seconds=_HOUR,
            excludes=("telescope_locked",),
            brought_by="SetTelescopeLock: false",
        ),
        Condition(
            name="weather_safe",
            meaning="the weather keeps every limit, by fresh readings",
            holds=lambda situation, _: situation.weather_safe,
            shows=lambda situation: f"the weather is {'safe' if situation.weather_safe else 'unsafe'}",
            time_limit_seconds=_HOUR,
        ),
        Condition(
            name="sun_down",
            meaning="the Sun's centre is below the horizon",
            holds=lambda situation, _: situation.sun_altitude_deg < 0.0,
            shows=_sun_shows,
            time_limit_seconds=4 * _HOUR,
        ),
        Condition(
            name="twilight_flat",
            meaning=f"the Sun is between {FLAT_SUN_HIGHEST_DEG:g} and {FLAT_SUN_LOWEST_DEG:g} deg: "
            "the twilight sky suits a flat",
            holds=lambda situation, _: (
                FLAT_SUN_LOWEST_DEG <= situation.sun_altitude_deg <= FLAT_SUN_HIGHEST_DEG
            ),
            shows=_sun_shows,
            time_limit_seconds=4 * _HOUR,
            excludes=("night",),
        ),
        Condition(
            name="night",
            meaning=f"the Sun is below {NIGHT_SUN_DEG:g} deg",
            holds=lambda situation, _: situation.sun_altitude_deg < NIGHT_SUN_DEG,
            shows=_sun_shows,
            time_limit_seconds=4 * _HOUR,
            excludes=("twilight_flat",),
        ),
    )
}  # fmt: skip
"""Every condition by its name in recipes."""
