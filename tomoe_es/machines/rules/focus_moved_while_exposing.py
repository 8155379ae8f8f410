"""The focus moves during an exposure of the sky."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import FocusRead
from tomoe_es.machines.judging.known import EXPOSURE_CHANGES, Known
from tomoe_es.machines.rule import Departing, Rule
from tomoe_es.observatory import FOCUS_TOLERANCE_MM


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By the drive's own encoder, against where it stood when the exposure started."""
    exposing, focus = known.on_sky, known.hardware.focus
    if exposing is None or focus is None or exposing.focus_mm is None:
        return None
    moved = abs(focus.position_mm - exposing.focus_mm)
    if focus.state != "moving" and moved <= FOCUS_TOLERANCE_MM:
        return None
    return Departing(
        f"exposure {exposing.request.exposure_number}: the focus reads '{focus.state}' at "
        f"{focus.position_mm:.3f} mm, and stood at {exposing.focus_mm:.3f} mm when it started",
        (*known.evidence("focus"), exposing.started),
    )


RULE = Rule(
    name="FocusMovedWhileExposing",
    severity="warning",
    meaning="the image quality changes within an exposure, which no check of its stack may see",
    remedy="see what moved the focus; take the exposure again",
    thing="focus",
    reads=(FocusRead, *EXPOSURE_CHANGES),
    judge=judge,
)
