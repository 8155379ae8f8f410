"""The telescope points near the Sun."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import MountRead
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule
from tomoe_es.scheduling.sun_and_moon import sun_separation_deg

SUN_LIMIT_DEG = 45.0


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Wherever it looks while it is not parked, also when the Sun is below the horizon."""
    mount = known.hardware.mount
    if mount is None or mount.state in ("parked", "fault"):
        return None
    off = sun_separation_deg(mount.ra_deg, mount.dec_deg, recorded.time)
    if off >= SUN_LIMIT_DEG:
        return None
    return Departing(f"the telescope points {off:.1f} deg from the Sun, nearer than {SUN_LIMIT_DEG:g} deg")


RULE = Rule(
    name="PointingNearSun",
    severity="critical",
    meaning="with an open dome the focused Sun destroys the camera and can set fire to the dome",
    remedy="close the mirror cover at once, then park the telescope",
    thing="mount",
    reads=(MountRead,),
    judge=judge,
)
