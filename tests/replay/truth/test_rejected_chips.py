"""Chips rejected, given up or kept, against what truly was wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.replay.truth.played_night import told_by
from tests.replay.truth.right_night import CLEAR, CLOUDED, DEC, EXPOSURE, NO_MOVER, RA, Told, solved, truth_of
from tests.tomoe_es.reduction.queue.played_engine import Engine, frame
from tomoe_es.events.reduction import ReductionLeased
from tomoe_es.reduction.queue import failure


def said(told: Told) -> list[str]:
    """Every disagreement on a chip."""
    found = told.compared()
    return [f"{each.det_id} {each.said}" for each in found.disagreements if each.subject == "rejected chips"]


def test_a_right_night_agrees(told: Told) -> None:
    found = told.compared()
    assert found.disagreements == []
    chips = found.counts["rejected chips"]
    assert (found.chips, chips.true, chips.found, chips.missed, chips.false) == (3, 1, 1, 0, 0)
    assert found.faults["clouds"].by == {"cloud": 1}


def test_a_bad_chip_that_was_not_rejected_is_noticed(told: Told) -> None:
    told.chips[CLOUDED].passed, told.chips[CLOUDED].failed_checks = True, ()
    found = told.compared()
    assert found.counts["rejected chips"].missed == 1
    [line] = said(told)
    assert line.startswith("301 not rejected, and must be: clouds: 3.8")


def test_a_good_chip_that_was_rejected_is_noticed(told: Told) -> None:
    told.chips[CLEAR].passed, told.chips[CLEAR].failed_checks = False, ("noise", "psf")
    found = told.compared()
    assert found.counts["rejected chips"].false == 1
    assert said(told) == ["101 rejected by noise, psf, and nothing is wrong with it"]


def test_a_bad_chip_that_was_rejected_for_another_reason_is_noticed(told: Told) -> None:
    told.chips[CLOUDED].failed_checks = ("time",)
    [line] = said(told)
    assert line.startswith("301 rejected by time, none of which names what is wrong: clouds")


def test_a_check_that_fails_beside_the_right_one_is_told_and_not_counted(told: Told) -> None:
    told.chips[CLOUDED].failed_checks = ("noise", "cloud")
    found = told.compared()
    assert found.disagreements == []
    assert found.counts["rejected chips"].by == {"cloud": 1}
    [line] = found.excused
    assert line.said.startswith("rejected by noise as well, which names none of it: it is bad, or may be")


def test_a_good_chip_that_was_given_up_is_noticed(told: Told) -> None:
    told.chips[CLEAR].passed, told.chips[CLEAR].given_up = None, "RawCubeCorrupt"
    assert said(told) == ["101 given up by RawCubeCorrupt, and nothing is wrong with it"]


@pytest.mark.parametrize("given", [{}, {"focus_offset_mm": 0.8}])
def test_a_chip_without_a_dark_is_rightly_given_up_whatever_else_is_wrong_with_it(
    told: Told, given: dict[str, Any]
) -> None:
    night = Engine()
    night.expose(EXPOSURE)
    [chip] = [each for each in told_by(night).chips.values() if each.det_id == CLEAR]
    assert (chip.given_up, chip.has_dark, chip.has_flat) == ("CalibrationMissing", False, False)
    told.chips[CLEAR], told.truths[CLEAR] = chip, truth_of(CLEAR, **given)
    found = told.compared()
    assert said(told) == []
    assert (found.faults["no dark"].found, found.faults["no flat"].found) == (1, 1)
    assert "out of focus" not in found.faults


def test_a_chip_that_has_its_masters_is_wrongly_given_up_for_want_of_them(told: Told) -> None:
    night = Engine()
    night.calibrate()
    night.expose(EXPOSURE)
    night.events = [each for each in night.events if not isinstance(each, ReductionLeased)]
    job = night.state.leased[frame(EXPOSURE, CLEAR)]
    night.events.append(failure(job, "CalibrationMissing", "no master dark", permanent=True))
    chip = told.chips[CLEAR] = told_by(night).chips[job.frame_id]
    chip.ra_deg, chip.dec_deg = RA, DEC
    assert said(told) == ["101 given up by CalibrationMissing, and nothing is wrong with it"]


def test_a_chip_of_which_the_log_tells_no_result_is_noticed(told: Told) -> None:
    told.chips[NO_MOVER].passed = None
    [line] = said(told)
    assert "the log tells no result" in line


@pytest.mark.parametrize(
    ("fault", "given", "check"),
    [
        ("out of focus", {"focus_offset_mm": 0.8}, "psf"),
        ("pointing", {"true_dec_deg": 29.8}, "pointing"),
        ("no light", {"sky_mag_arcsec2": float("inf"), "transparency": (0.0,) * 18}, "astrometry"),
        ("flat too dark", {"data_type": "FLAT", "flat_e_per_second": 600.0}, "light"),
        ("flat too bright", {"data_type": "FLAT", "flat_e_per_second": 12_000.0}, "counts"),
    ],
)
def test_each_fault_must_be_named_by_its_check(
    told: Told, fault: str, given: dict[str, Any], check: str
) -> None:
    chip = told.chips[NO_MOVER]
    told.truths[NO_MOVER] = truth_of(NO_MOVER, **given)
    chip.data_type = given.get("data_type", "OBJECT")
    chip.solved = None
    assert len(said(told)) == 1, "it was not rejected"
    chip.passed, chip.failed_checks = False, (check,)
    assert told.compared().faults[fault].by == {check: 1}
    assert said(told) == []


def test_near_the_limit_either_is_right(told: Told) -> None:
    told.truths[NO_MOVER] = truth_of(NO_MOVER, transparency=(0.33,) * 18)
    chip = told.chips[NO_MOVER]
    chip.passed, chip.failed_checks = False, ("cloud",)
    found = told.compared()
    assert found.disagreements == []
    [line] = found.excused
    assert "so near to the limit" in line.said
    chip.passed, chip.failed_checks = True, ()
    assert said(told) == []


def test_what_no_check_looks_at_need_not_be_rejected(told: Told) -> None:
    chip = told.chips[CLOUDED]
    chip.steps, chip.solved, chip.passed, chip.failed_checks = ("stack",), None, True, ()
    assert said(told) == []


def test_a_wrong_solution_is_noticed_also_of_a_rejected_chip(told: Told) -> None:
    told.chips[CLOUDED].solved = solved(CLOUDED, off_arcsec=12.0)
    found = told.compared()
    assert found.counts["solutions"].false == 1
    [line] = found.disagreements
    assert (line.subject, line.det_id) == ("solutions", CLOUDED)
    assert "off by 12.0 arcsec" in line.said
