"""An OBJECT exposure has no matching dark or flat of this night before it: none taken, or no good one."""

from __future__ import annotations

from tomoe_es.events.camera import ExposureRequested
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """A dark matches by gain and exposure time, a flat by gain."""
    asked = recorded.payload
    assert isinstance(asked, ExposureRequested), "the rule reads nothing else"
    if asked.data_type != "OBJECT":
        return None
    fitting = [each for each in known.calibrations if each.gain == asked.gain]
    missing = []
    if not any(
        each.data_type == "DARK" and each.exposure_seconds == asked.exposure_seconds for each in fitting
    ):
        missing.append(f"dark of {asked.exposure_seconds:g} s")
    if not any(each.data_type == "FLAT" for each in fitting):
        missing.append("flat")
    if not missing:
        return None
    number = asked.exposure_number
    return Departing(
        f"exposure {number} has no {' and no '.join(missing)} with {asked.gain} gain of this night before it"
    )


RULE = Rule(
    name="ExposureWithoutCalibration",
    severity="warning",
    meaning="it will be reduced with the dark or flat of another night, or not at all",
    remedy="take the dark now, with closed cover; of a flat, see why twilight gave none",
    thing="calibration/{0.data_type} {0.gain} {0.exposure_seconds:g} s",
    reads=(ExposureRequested,),
    judge=judge,
)
