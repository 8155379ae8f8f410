"""The telescope points below the lowest altitude at which it is used."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import MountRead
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule
from tomoe_es.observatory import LOWEST_ALTITUDE_DEG

SETTING_DEG = 1.0
"""A target that was above the limit when it was pointed at may set by so much while it is observed."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """While it tracks or settles; on the way to its park position it may pass lower."""
    mount = known.hardware.mount
    if mount is None or mount.state not in ("tracking", "settling"):
        return None
    if mount.altitude_deg >= LOWEST_ALTITUDE_DEG - SETTING_DEG:
        return None
    return Departing(
        f"the telescope points to altitude {mount.altitude_deg:.1f} deg, below {LOWEST_ALTITUDE_DEG:g} deg"
    )


RULE = Rule(
    name="PointingBelowLimit",
    severity="serious",
    meaning="the telescope points so low that its tube may touch, or look into, what stands around it",
    remedy="park it; see how the target passed the check of its altitude",
    thing="mount",
    reads=(MountRead,),
    judge=judge,
)
