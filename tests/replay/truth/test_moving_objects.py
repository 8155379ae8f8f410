"""Moving objects missed, false, or wrongly told, against those that truly were on the chip."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import numpy as np
import pytest

from adapters.simulator.sky.field import FieldStars
from replay.truth.expectation import FAINT, FULL, LEAVES, ON_STAR, SLOW
from replay.truth.findings import Findings
from tests.replay.truth.right_night import CLEAR, TRACKLET, Told, mover, psv, tracklet_of, truth_of
from tomoe_es.camera.focal_plane import chip_centre
from tomoe_es.reduction.frame_numbers import FEWEST_FRAMES_TO_SEARCH


def only_line(found: Findings) -> str:
    [line] = found.disagreements
    assert (line.exposure_number, line.det_id) == (5, CLEAR)
    return line.said


def test_a_mover_that_is_found_where_it_was_agrees(told: Told) -> None:
    found = told.compared()
    counts = found.counts["moving objects"]
    assert (counts.true, counts.found, counts.missed, counts.false) == (1, 1, 0, 0)
    off = {each.name: each for each in found.distances}
    assert off["positions of moving objects"].count == 3
    assert off["positions of moving objects"].worst < 0.01
    assert off["rates of moving objects"].worst < 0.001
    assert off["magnitudes of moving objects"].worst == pytest.approx(0.0, abs=1e-6)


def test_a_missed_mover_is_noticed(told: Told) -> None:
    told.report()
    found = told.compared()
    assert found.counts["moving objects"].missed == 1
    assert only_line(found).startswith("'2020 HV' of 16.00 mag")


def test_a_false_mover_is_noticed(told: Told) -> None:
    right = tracklet_of(mover())
    elsewhere = [msgspec.structs.replace(each, y=each.y + 40) for each in right.sightings]
    told.report(right, msgspec.structs.replace(right, tracklet_id="T0000002", sightings=elsewhere))
    found = told.compared()
    assert found.counts["moving objects"].false == 1
    assert "T0000002 of 16.00 mag" in only_line(found)
    assert "is of no true object; the nearest star" in only_line(found)


def test_a_mover_told_twice_is_noticed(told: Told) -> None:
    right = tracklet_of(mover())
    told.report(right, msgspec.structs.replace(right, tracklet_id="T0000002"))
    assert "is '2020 HV' once more" in only_line(told.compared())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"magnitude": 16.5}, "is off by +0.50 mag"),
        ({"rate_arcsec_per_second": 1.5}, "is off by 0.500 arcsec/s in its rate"),
        ({"position_angle_deg": 0.0}, "is off by 1.414 arcsec/s in its rate"),
        ({"kind": "satellite"}, "a satellite's"),
    ],
)
def test_a_wrong_number_is_noticed(told: Told, given: dict[str, Any], said: str) -> None:
    told.report(tracklet_of(mover(), **given))
    assert said in only_line(told.compared())


def test_a_report_with_other_times_than_the_log_is_noticed(told: Told) -> None:
    right = tracklet_of(mover())
    late = [msgspec.structs.replace(each, time_us=each.time_us + 4_000_000) for each in right.sightings]
    told.archives("ADES", psv((msgspec.structs.replace(right, sightings=late),)).encode())
    assert "is off by 4.00 arcsec as reported" in only_line(told.compared())


def test_a_mover_that_is_in_no_report_is_noticed(told: Told) -> None:
    del told.chips[CLEAR].archived["ADES"]
    assert "is '2020 HV', and in no report" in only_line(told.compared())


def test_a_report_that_is_missing_is_one_line_that_names_it(told: Told) -> None:
    report = told.archives("ADES", b"")
    report.unlink()
    assert only_line(told.compared()) == f"its archived report is missing: {report}"


def test_a_report_that_is_not_the_recorded_one_is_one_line_that_names_it(told: Told) -> None:
    report = told.top / "archive" / told.chips[CLEAR].archived["ADES"].path
    report.write_bytes(report.read_bytes()[:-20])
    assert only_line(told.compared()) == (
        "its archived report is not the one that was recorded, by its SHA-256: damaged or replaced, and not "
        f"compared: tomoe audit why {report}"
    )


@pytest.mark.parametrize("content", [b"trkSub|obsTime\nT1|never\n", b"trkSub|obsTime|ra\nT1|2023\n", b"\xff"])
def test_a_report_that_was_recorded_without_sense_is_noticed(told: Told, content: bytes) -> None:
    report = told.archives("ADES", content)
    said = only_line(told.compared())
    assert said.startswith(f"its archived report {report} is as it was recorded, and damaged in what it says")
    assert "Error(" not in said


def test_what_only_the_report_has_is_noticed(told: Told) -> None:
    text = (told.top / "archive" / told.chips[CLEAR].archived["ADES"].path).read_text()
    told.archives("ADES", (text + text.splitlines()[-1].replace(TRACKLET, "T0000009")).encode())
    assert only_line(told.compared()) == "tracklet T0000009 is in the report, and not in the log"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"magnitude": 18.0}, FAINT),
        ({"rate_east_arcsec_per_second": 0.1}, SLOW),
        ({"magnitude": 11.0}, FULL),
        ({"rate_east_arcsec_per_second": 400.0}, LEAVES),
    ],
)
def test_what_need_not_be_found_is_told_with_the_reason(
    told: Told, given: dict[str, Any], reason: str
) -> None:
    told.report()
    told.truths[CLEAR] = truth_of(CLEAR, (mover(**given),))
    found = told.compared()
    assert found.disagreements == []
    assert found.counts["moving objects"].need_not == {reason: 1}
    [line] = found.excused
    assert line.said.endswith(reason)


def test_under_clouds_a_fainter_mover_need_not_be_found(told: Told) -> None:
    told.report()
    told.truths[CLEAR] = truth_of(CLEAR, (mover(magnitude=17.0),), transparency=(0.4,) * 18)
    assert told.compared().counts["moving objects"].need_not == {FAINT: 1}


def test_one_on_a_star_need_not_be_found_and_its_numbers_may_be_off(told: Told) -> None:
    stars, (ra, dec) = truth_of(CLEAR).stars, chip_centre(CLEAR, 19.7498, 29.7107)
    assert stars is not None
    near = (abs(stars.ra_deg - ra) < 0.1) & (abs(stars.dec_deg - dec) < 0.1) & (stars.magnitude < 15.5)
    star = int(near.nonzero()[0][0])
    on_it = mover(
        ra_deg=float(stars.ra_deg[star]),
        dec_deg=float(stars.dec_deg[star]),
        rate_east_arcsec_per_second=0.4,
    )
    told.truths[CLEAR] = truth_of(CLEAR, (on_it,))
    told.report()
    assert told.compared().counts["moving objects"].need_not == {ON_STAR: 1}
    told.report(tracklet_of(on_it, magnitude=14.0))
    found = told.compared()
    assert found.disagreements == []
    assert "is off by -2.00 mag: on a star" in found.excused[0].said


@pytest.mark.parametrize(("beside", "need_not"), [(0.0, {ON_STAR: 1}), (15.0, {})])
def test_a_star_anywhere_on_a_streak_covers_it_and_one_fainter_than_a_point_of_its_light_too(
    told: Told, beside: float, need_not: dict[str, int]
) -> None:
    """Stars of 15.5 mag at a third of each of a fast object's streaks of 14 mag, or beside them."""
    fast = mover(magnitude=14.0, rate_east_arcsec_per_second=80.0)
    truth = truth_of(CLEAR, (fast,))
    first, second = truth.movers[:2]
    x = np.array([place.x + (second.x - first.x) / 3 for place in truth.movers])
    y = np.array([place.y + (second.y - first.y) / 3 + beside for place in truth.movers])
    stars = FieldStars(x, y, np.full(len(x), 15.5), np.zeros(len(x), bool), x, y)
    told.truths[CLEAR] = dataclasses.replace(truth, stars=stars)
    told.report()
    counts = told.compared().counts["moving objects"]
    assert (counts.missed, counts.need_not) == (0 if need_not else 1, need_not)


@pytest.mark.parametrize(
    ("passed", "given_up", "nframe", "why"),
    [
        (False, "", 18, "chip rejected"),
        (None, "RawCubeCorrupt", 18, "chip given up"),
        (None, "", 18, "chip never judged"),
        (True, "", FEWEST_FRAMES_TO_SEARCH - 1, "too few frames to search"),
    ],
)
def test_movers_on_a_chip_that_was_not_searched_are_counted_with_the_reason(
    told: Told, passed: bool | None, given_up: str, nframe: int, why: str
) -> None:
    chip = told.chips[CLEAR]
    chip.searched, chip.passed, chip.given_up, chip.tracklets = False, passed, given_up, {}
    told.truths[CLEAR] = truth_of(CLEAR, (mover(),), nframe=nframe, transparency=(1.0,) * nframe)
    found = told.compared()
    assert found.counts["moving objects"].need_not == {why: 1}
    assert not [each for each in found.disagreements if each.subject == "moving objects"]


def test_a_chip_that_passed_and_was_not_searched_is_noticed(told: Told) -> None:
    chip = told.chips[CLEAR]
    chip.searched, chip.tracklets = False, {}
    found = told.compared()
    assert [line.said.split(" at ")[0] for line in found.disagreements] == [
        "it passed, and its 18 frames were not searched",
        "'2020 HV' of 16.00 mag",
    ]
    counts = found.counts["moving objects"]
    assert (counts.missed, counts.need_not) == (1, {})


def test_of_one_that_comes_over_the_edge_that_is_said_and_a_wrong_number_is_one(told: Told) -> None:
    """It may be missed; told, it is reported, and its numbers state their errors."""
    leaving = mover(magnitude=14.0, rate_east_arcsec_per_second=140.0)
    told.truths[CLEAR] = truth_of(CLEAR, (leaving,))
    assert 14 < len(told.truths[CLEAR].movers) < 18
    told.report(tracklet_of(leaving, magnitude=12.0))
    assert only_line(told.compared()).endswith("-2.00 mag; the object is partly outside the imaging area")
