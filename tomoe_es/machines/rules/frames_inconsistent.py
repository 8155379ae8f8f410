"""A cube's frames, or their times, are not those of its exposure."""

from __future__ import annotations

from tomoe_es.events.camera import ChipCubeAcquired
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

TIME_TOLERANCE_US = 200
"""Absolute time is good to 0.2 ms."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By the count and the GPS times that the camera tells of each cube."""
    cube, exposing = recorded.payload, known.exposing
    assert isinstance(cube, ChipCubeAcquired), "the rule reads nothing else"
    if exposing is None:
        return None  # then the exposure's machine tells it
    if (
        cube.frames == exposing.request.frames
        and cube.frames_lost == 0
        and abs(cube.gps_start_us - exposing.start_us) <= TIME_TOLERANCE_US
        and abs(cube.gps_end_us - exposing.end_us) <= TIME_TOLERANCE_US
    ):
        return None
    return Departing(
        f"{cube.frame_id} has {cube.frames} frames, {cube.frames_lost} lost, of {exposing.request.frames}; "
        f"its GPS times are off by {(cube.gps_start_us - exposing.start_us) / 1e3:+.1f} ms at the start "
        f"and {(cube.gps_end_us - exposing.end_us) / 1e3:+.1f} ms at the end",
        (exposing.started,),
    )


RULE = Rule(
    name="FramesInconsistent",
    severity="serious",
    meaning="frames were lost, or a sensor's clock is wrong: the times of moving objects can't be trusted",
    remedy="compare the camera's GPS receivers; keep this cube's products out of anything that needs times",
    thing="chip_cube/{0.frame_id}",
    lasts=False,
    reads=(ChipCubeAcquired,),
    judge=judge,
)
