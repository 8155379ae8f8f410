"""The mirror cover is not open during an OBJECT or FLAT exposure."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import MirrorCoverRead
from tomoe_es.machines.judging.known import EXPOSURE_CHANGES, Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """The cover's own reading counts, whatever it was told."""
    exposing, cover = known.on_sky, known.hardware.mirror_cover
    if exposing is None or cover is None or cover.state == "open":
        return None
    return Departing(
        f"exposure {exposing.request.exposure_number} looks at the sky while the mirror cover reads "
        f"'{cover.state}'",
        (*known.evidence("mirror_cover"), exposing.started),
    )


RULE = Rule(
    name="MirrorCoverClosedWhileExposing",
    severity="serious",
    meaning="the sky is observed through a closed mirror cover: the frames are dark",
    remedy="look at the cover's switches; the recipe should open it and wait for 'mirrorcover_open'",
    thing="mirror_cover",
    reads=(MirrorCoverRead, *EXPOSURE_CHANGES),
    judge=judge,
)
