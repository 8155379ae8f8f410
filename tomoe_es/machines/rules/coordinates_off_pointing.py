"""The solved field is not where the telescope pointed."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import FieldSolved
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

LIMIT_ARCSEC = 120.0
"""Several times the mount's pointing error of 14 arcsec rms."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By the stars, against what the mount said when it exposed."""
    solved = recorded.payload
    assert isinstance(solved, FieldSolved), "the rule reads nothing else"
    if solved.offset_arcsec <= LIMIT_ARCSEC:
        return None
    return Departing(
        f"{solved.frame_id} is {solved.offset_arcsec:.0f} arcsec off the pointing, more than {LIMIT_ARCSEC:g}"
    )


RULE = Rule(
    name="CoordinatesOffPointing",
    severity="warning",
    meaning="a sensor, the pointing model or the log is at fault: time or coordinates are inconsistent",
    remedy="see whether all chips of the exposure agree: then it is the pointing, else that chip",
    thing="chip_cube/{0.frame_id}",
    lasts=False,
    reads=(FieldSolved,),
    judge=judge,
)
