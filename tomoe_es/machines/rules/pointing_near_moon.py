"""The Moon is in the field of an exposure, or just beside it."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import MountRead
from tomoe_es.machines.judging.known import EXPOSURE_CHANGES, Known
from tomoe_es.machines.rule import Departing, Rule
from tomoe_es.scheduling.sun_and_moon import MOON_LIMIT_DEG, moon_separation_deg


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """While it observes: the Moon harms the data only."""
    exposing, mount = known.on_sky, known.hardware.mount
    if exposing is None or mount is None or exposing.request.data_type != "OBJECT":
        return None
    off = moon_separation_deg(mount.ra_deg, mount.dec_deg, recorded.time)
    if off >= MOON_LIMIT_DEG:
        return None
    number = exposing.request.exposure_number
    return Departing(
        f"exposure {number} is taken {off:.1f} deg from the Moon, nearer than {MOON_LIMIT_DEG:g} deg",
        (*known.evidence("mount"), exposing.started),
    )


RULE = Rule(
    name="PointingNearMoon",
    severity="warning",
    meaning="the Moon's light saturates or patterns the frames",
    remedy="choose another field, or this one on another night",
    thing="mount",
    reads=(MountRead, *EXPOSURE_CHANGES),
    judge=judge,
)
