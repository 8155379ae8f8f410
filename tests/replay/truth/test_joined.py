"""Tracklets of one object in two exposures of a recipe: joined or not, and with those of others."""

from __future__ import annotations

import msgspec
import pytest

from adapters.simulator.sky.moving_objects import MovingObject
from adapters.simulator.sky.truth import write_truth
from replay.truth.comparison import compare_night, truth_path
from replay.truth.expectation import FULL
from replay.truth.findings import Counts, Line
from replay.truth.joined import LEADS_NOWHERE, NOT_ENDED
from tests.replay.truth.right_night import (
    CLEAR,
    EXPOSURE,
    NIGHT,
    RECIPE,
    START_US,
    TRACKLET,
    Told,
    mover,
    told_chip,
    tracklet_of,
    truth_of,
)
from tomoe_es.events.reduction import MovingObjectDetected, TrackletsJoined

NEXT = EXPOSURE + 1
SECOND = "T0000002"
DITHER = 1000 + CLEAR
"""The chip of the mover once more, in the next exposure of the same recipe, 30 s later."""


def dithered(told: Told, moving: MovingObject | None = None) -> MovingObjectDetected:
    """Add the next exposure of the mover's chip to a night, with the tracklet of it that is told there."""
    moving = moving or mover()
    truth = truth_of(CLEAR, (moving,), exposure_number=NEXT, start_time_us=START_US + 30_000_000)
    tracklet = tracklet_of(moving, truth, exposure_number=NEXT, tracklet_id=SECOND)
    told.chips[DITHER] = told_chip(
        CLEAR,
        frame_id=told.chips[CLEAR].frame_id.replace(f"{EXPOSURE:08d}", f"{NEXT:08d}"),
        exposure_number=NEXT,
        tracklets={SECOND: tracklet},
    )
    told.truths[CLEAR] = truth_of(CLEAR, (moving,))
    told.truths[DITHER] = truth
    told.report(tracklet_of(moving))
    return tracklet


def joined(*tracklet_ids: str) -> TrackletsJoined:
    return TrackletsJoined(
        exposure_number=NEXT,
        recipe_id=RECIPE,
        tracklet_ids=list(tracklet_ids),
        first_us=0,
        last_us=1,
        rate_arcsec_per_second=1.0,
        position_angle_deg=90.0,
        residual_arcsec=0.1,
    )


def compared(told: Told) -> tuple[Counts, list[Line], list[Line]]:
    """Counts, disagreements and excuses of the joining alone."""
    found = told.compared()
    ours = "joined tracklets"
    return (
        found.of(ours),
        [line for line in found.disagreements if line.subject == ours],
        [line for line in found.excused if line.subject == ours],
    )


def test_tracklets_of_one_object_are_joined(told: Told) -> None:
    dithered(told)
    told.night.joined = [joined(TRACKLET, SECOND)]
    assert compared(told) == (Counts(true=1, found=1), [], [])


def test_tracklets_of_one_object_that_were_not_joined_are_noticed(told: Told) -> None:
    dithered(told)
    counts, [line], _ = compared(told)
    assert counts == Counts(true=1, missed=1)
    assert (line.exposure_number, line.det_id) == (NEXT, None)
    assert line.said == "T0000001 T0000002 are both of '2020 HV', and were not joined"


def test_tracklets_of_two_recipes_are_not_to_be_joined(told: Told) -> None:
    dithered(told)
    told.chips[DITHER].recipe_id = "another"
    assert compared(told) == (Counts(), [], [])


def test_one_that_fills_pixels_need_not_be_joined(told: Told) -> None:
    dithered(told, mover(magnitude=11.0))
    counts, wrong, [line] = compared(told)
    assert (counts, wrong) == (Counts(true=1, need_not={FULL: 1}), [])
    assert line.said.endswith(f"were not joined: {FULL}")


def test_a_motion_that_leads_nowhere_need_not_be_joined(told: Told) -> None:
    chip, tracklet = DITHER, dithered(told)
    vague = [msgspec.structs.replace(each, error_along_pixels=20.0) for each in tracklet.sightings]
    told.chips[chip].tracklets[SECOND] = msgspec.structs.replace(tracklet, sightings=vague)
    counts, wrong, _ = compared(told)
    assert (counts, wrong) == (Counts(true=1, need_not={LEADS_NOWHERE: 1}), [])


@pytest.mark.parametrize("other", ["another's", "false"])
def test_tracklets_of_two_objects_must_not_be_joined(told: Told, other: str) -> None:
    dithered(told)
    if other == "another's":
        told.truths[DITHER] = truth_of(
            CLEAR, (mover(name="1 Ceres"),), exposure_number=NEXT, start_time_us=START_US + 30_000_000
        )
    else:
        told.truths[DITHER] = truth_of(CLEAR, exposure_number=NEXT, start_time_us=START_US + 30_000_000)
    told.night.joined = [joined(TRACKLET, SECOND)]
    counts, [line], _ = compared(told)
    assert counts == Counts(false=1)
    names = "1 Ceres, 2020 HV" if other == "another's" else "2020 HV, nobody"
    assert line.said == f"T0000001 T0000002 were joined, and are of {names}"


@pytest.mark.parametrize("spoilt", ["damaged", "another's", "missing"])
def test_what_was_joined_on_a_chip_without_truth_is_nobodys_fault(told: Told, spoilt: str) -> None:
    dithered(told)
    told.compared()
    path = truth_path(told.truth, told.chips[DITHER])
    if spoilt == "damaged":
        path.write_bytes(b"no FITS")
    elif spoilt == "another's":
        write_truth(path, truth_of(CLEAR))
    else:
        path.unlink()
    told.night.chips = {chip.frame_id: chip for chip in told.chips.values()}
    told.night.joined = [joined(TRACKLET, SECOND)]
    found = compare_night(told.night, NIGHT, told.truth, told.top / "archive")
    assert found.of("joined tracklets") == Counts()
    assert [line.subject for line in found.disagreements] == ["truth"]


def test_what_is_not_joined_may_be_still_where_the_night_has_not_ended(told: Told) -> None:
    dithered(told)
    told.night.ended = False
    counts, wrong, _ = compared(told)
    assert (counts, wrong) == (Counts(true=1, need_not={NOT_ENDED: 1}), [])
