"""A target or the twilight is observed while the dome slit is not open."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import DomeSlitRead
from tomoe_es.machines.judging.known import EXPOSURE_CHANGES, Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """The slit's own reading counts, whatever it was told."""
    exposing, slit = known.on_sky, known.hardware.dome_slit
    if exposing is None or slit is None or slit.state == "open":
        return None
    number = exposing.request.exposure_number
    return Departing(
        f"exposure {number} looks at the sky while the dome slit reads '{slit.state}'",
        (*known.evidence("dome_slit"), exposing.started),
    )


RULE = Rule(
    name="TargetBehindClosedSlit",
    severity="serious",
    meaning="a target is observed while the dome slit is not open: its frames show the dome",
    remedy="stop the queue; look at the slit and at the recipe that was carried out; take the exposure again",
    thing="dome_slit",
    reads=(DomeSlitRead, *EXPOSURE_CHANGES),
    judge=judge,
)
