"""The dome's slit is not before the telescope during an exposure of the sky."""

from __future__ import annotations

import math

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import DomeRotationRead, MountRead
from tomoe_es.machines.judging.known import EXPOSURE_CHANGES, Known
from tomoe_es.machines.rule import Departing, Rule
from tomoe_es.observatory import DOME_TOLERANCE_DEG


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By the dome's and the mount's own azimuths; near the zenith the beam leaves the slit more slowly."""
    exposing, mount, dome = known.on_sky, known.hardware.mount, known.hardware.dome_rotation
    if exposing is None or mount is None or dome is None:
        return None
    turn = abs((dome.azimuth_deg - mount.azimuth_deg + 180.0) % 360.0 - 180.0)
    off = turn * math.cos(math.radians(mount.altitude_deg))
    if off <= DOME_TOLERANCE_DEG:
        return None
    return Departing(
        f"exposure {exposing.request.exposure_number}: the slit is {off:.1f} deg off the telescope "
        f"(dome {dome.azimuth_deg:.1f}, telescope {mount.azimuth_deg:.1f}, {mount.altitude_deg:.1f} high)",
        known.evidence("dome_rotation", "mount"),
    )


RULE = Rule(
    name="DomeOffTelescope",
    severity="serious",
    meaning="the dome hides part of the telescope's view during an exposure",
    remedy="see whether the dome turns at all; compare its azimuth with what stands in the dome",
    thing="dome_rotation",
    reads=(DomeRotationRead, MountRead, *EXPOSURE_CHANGES),
    judge=judge,
)
