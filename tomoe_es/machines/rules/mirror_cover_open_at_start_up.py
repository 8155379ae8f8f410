"""The mirror cover is open when a night begins."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import NightPhaseEntered
from tomoe_es.events.telescope import MirrorCoverRead
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """From the night's start-up on, until the cover reads closed or the night goes on."""
    cover = known.hardware.mirror_cover
    if known.phase != "starting_up" or cover is None or cover.state in ("closed", "closing"):
        return None
    return Departing(
        f"the mirror cover reads '{cover.state}' at the start of the night",
        (*known.evidence("mirror_cover"), known.phase_at),
    )


RULE = Rule(
    name="MirrorCoverOpenAtStartUp",
    severity="serious",
    meaning="the mirror was not covered through the day: dust, dew or people may have reached it",
    remedy="close the cover and look at the mirror; find out why the last shutdown left it open",
    thing="mirror_cover",
    reads=(NightPhaseEntered, MirrorCoverRead),
    judge=judge,
)
