"""The telescope slews or settles during an exposure of the sky."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import MountRead
from tomoe_es.machines.judging.known import EXPOSURE_CHANGES, Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By the mount's own reading."""
    exposing, mount = known.on_sky, known.hardware.mount
    if exposing is None or mount is None or mount.state == "tracking":
        return None
    return Departing(
        f"exposure {exposing.request.exposure_number} is taken while the mount reads '{mount.state}'",
        (*known.evidence("mount"), exposing.started),
    )


RULE = Rule(
    name="ExposingBeforeSettled",
    severity="serious",
    meaning="an exposure is taken while the telescope does not track: its stars are trails",
    remedy="the recipe should 'Wait: pointing' before it exposes; else see why the mount moved",
    thing="mount",
    reads=(MountRead, *EXPOSURE_CHANGES),
    judge=judge,
)
