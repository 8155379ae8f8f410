"""Readings of the mount, as of a telescope that was made safe or was not."""

from __future__ import annotations

import msgspec

from tomoe_es.events.telescope import MountRead

PARKED = MountRead(
    state="parked",
    ra_deg=0.0,
    dec_deg=0.0,
    azimuth_deg=0.0,
    altitude_deg=90.0,
    target_ra_deg=0.0,
    target_dec_deg=0.0,
)
STOPPED, TRACKING = (msgspec.structs.replace(PARKED, state=each) for each in ("stopped", "tracking"))
