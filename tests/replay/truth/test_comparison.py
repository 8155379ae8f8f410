"""Which nights can be compared, and zero points against stars of known magnitude."""

from __future__ import annotations

import io

import numpy as np
import pytest
from astropy.io import fits

from adapters.simulator.sky.field import FieldStars
from adapters.simulator.sky.true_chip import TruthUnreadable
from replay.errors import TruthMissing
from replay.truth.comparison import compare_night, truth_path
from replay.truth.magnitudes import zero_point_offset_mag
from tests.replay.truth.played_night import told_by_events
from tests.replay.truth.right_night import CLEAR, CLOUDED, EXPOSURE, NIGHT, NO_MOVER, Told, truth_of
from tests.tomoe_es.reduction.queue.played_engine import CHIPS, Engine, frame
from tomoe_es.events.camera import ChipCubeAcquired
from tomoe_es.events.system import NightPhaseEntered
from tomoe_es.events.transfer import ChipCubeLost


def test_a_real_night_has_no_truth_files(told: Told) -> None:
    with pytest.raises(TruthMissing, match="of a real one nobody knows the truth"):
        compare_night(told.night, NIGHT, told.truth, told.top / "archive")


def test_a_chip_without_a_truth_file_is_not_taken_for_right(told: Told) -> None:
    told.compared()
    truth_path(told.truth, told.chips[CLOUDED]).unlink()
    found = compare_night(told.night, NIGHT, told.truth, told.top / "archive")
    [line] = found.disagreements
    assert (line.exposure_number, line.det_id) == (EXPOSURE, CLOUDED)
    assert line.said == f"its truth file is missing: {truth_path(told.truth, told.chips[CLOUDED])}"
    assert (found.chips, found.taken) == (2, 3)


def test_however_many_truth_files_are_missing_it_is_one_line(told: Told) -> None:
    told.compared()
    for det_id in (CLEAR, CLOUDED):
        truth_path(told.truth, told.chips[det_id]).unlink()
    found = compare_night(told.night, NIGHT, told.truth, told.top / "archive")
    [line] = found.disagreements
    assert (line.exposure_number, line.det_id) == (None, None)
    assert line.said.startswith("2 chips' truth files are missing, such as that of exposure 5 chip 101: ")


def test_where_all_are_missing_there_is_nothing_to_compare(told: Told) -> None:
    told.compared()
    for chip in told.chips.values():
        truth_path(told.truth, chip).unlink()
    with pytest.raises(TruthMissing, match="there are no truth files of the night"):
        compare_night(told.night, NIGHT, told.truth, told.top / "archive")
    other = told.truth / NIGHT / "00000099" / "rX.fits"
    other.parent.mkdir()
    other.touch()
    with pytest.raises(TruthMissing, match="none of the chips"):
        compare_night(told.night, NIGHT, told.truth, told.top / "archive")


def test_a_file_of_another_exposure_or_chip_is_not_blamed_on_the_reduction(told: Told) -> None:
    told.truths[CLOUDED] = truth_of(NO_MOVER, exposure_number=6)
    found = told.compared()
    [line] = found.disagreements
    path = truth_path(told.truth, told.chips[CLOUDED])
    assert (line.subject, line.det_id) == ("truth", CLOUDED)
    assert line.said == f"not compared: its truth file {path} is of exposure 6 chip 201"
    assert found.chips == 2


def test_a_file_of_another_simulation_is_not_either(told: Told) -> None:
    told.truths[CLOUDED] = truth_of(CLOUDED, seed=7)
    told.night.seed = 1
    [line] = told.compared().disagreements
    assert line.said.endswith("is of a simulation by the seed 7, and the night's is 1")


def test_a_chip_without_a_result_is_not_judged_yet_where_the_night_has_not_ended(told: Told) -> None:
    told.chips[NO_MOVER].passed = None
    told.night.ended = False
    found = told.compared()
    assert found.disagreements == []
    assert (found.taken, found.chips, found.not_judged) == (3, 2, 1)


def test_of_a_night_that_a_queue_goes_through_all_cubes_are_counted() -> None:
    engine = Engine()
    engine.expose(1, "DARK", lost=(101,))
    for chip in CHIPS:
        engine.events.append(
            ChipCubeAcquired(
                exposure_number=1,
                frame_id=frame(1, chip),
                frames=18,
                frames_lost=0,
                gps_start_us=1,
                gps_end_us=2,
            )
        )
    lost = ChipCubeLost(exposure_number=1, frame_id=frame(1, 101), condition="RingOverwritten", message="")
    told = told_by_events([*engine.events, lost])
    assert (told.taken, told.lost, told.ended) == ({frame(1, 101), frame(1, 102)}, {frame(1, 101)}, False)
    over = NightPhaseEntered(night=NIGHT, phase="ended", reason="closed")
    assert told_by_events([*engine.events, over]).ended
    cut = NightPhaseEntered(night=NIGHT, phase="interrupted", reason="Ctrl-C")
    assert not told_by_events([*engine.events, cut]).ended


@pytest.mark.parametrize("content", [b"", b"no FITS", b"SIMPLE  =                    T"])
def test_a_damaged_truth_file_is_named_and_the_others_are_compared(told: Told, content: bytes) -> None:
    told.compared()
    truth_path(told.truth, told.chips[CLOUDED]).write_bytes(content)
    found = told.compared()
    [line] = found.disagreements
    assert (line.subject, line.det_id) == ("truth", CLOUDED)
    assert line.said.startswith("not compared: the truth file ")
    assert told.chips[CLOUDED].frame_id in line.said
    assert found.chips == 2


def test_files_that_are_all_of_other_code_are_one_error(told: Told) -> None:
    told.compared()
    for chip in told.chips.values():
        with fits.open(truth_path(told.truth, chip), mode="update") as hdus:
            del hdus[0].header["SKYLIGHT"]
    with pytest.raises(TruthUnreadable, match="SKYLIGHT"):
        told.compared()


def test_an_archived_stack_that_is_missing_or_another_is_named_and_not_compared(told: Told) -> None:
    stack = told.archives("STACK", stack_of(CLEAR, off_arcsec=20.0))
    [compared] = told.compared().disagreements
    assert compared.said.startswith("wrong: off by 20.0 arcsec")
    told.archives("STACK", stack_of(CLEAR))
    assert told.compared().disagreements == []
    stack.write_bytes(stack_of(CLEAR, off_arcsec=20.0))
    [another] = told.compared().disagreements
    assert another.said.startswith("its archived stack is not the one that was recorded")
    assert another.said.endswith(f"tomoe audit why {stack}")
    stack.unlink()
    [gone] = told.compared().disagreements
    assert gone.said == f"its archived stack is missing: {stack}"


@pytest.mark.filterwarnings("error")
def test_a_stack_that_was_recorded_without_its_tables_is_told_in_words(told: Told) -> None:
    whole = stack_of(CLEAR)
    for content in (b"no FITS", whole[: len(whole) // 2880 // 2 * 2880], whole[:-100]):
        told.archives("STACK", content)
        [line] = told.compared().disagreements
        assert "a STACK is as it was recorded, and damaged in what it says: " in line.said
        assert "Error(" not in line.said


def stack_of(det_id: int, off_arcsec: float = 0.0) -> bytes:
    """A stack of chip without pixels, and with a solution that is off to the north."""
    header = truth_of(det_id).wcs.to_header(relax=True)
    header["CRVAL2"] += off_arcsec / 3600
    table = fits.BinTableHDU.from_columns([fits.Column("X", "D", array=np.zeros(2000))], name="SOURCES")
    stack, content = fits.ImageHDU(np.zeros((40, 40)), header, name="STACK"), io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), stack, table]).writeto(content)
    return content.getvalue()


def test_a_zero_point_is_off_by_what_its_stars_are() -> None:
    number = np.arange(12.0)
    x, y, magnitude = 100 + 150 * number, 50 + 80 * number, 14.2 + 0.15 * number
    stars = FieldStars(x, y, magnitude, number < 2, x, y)
    off = np.where(number < 2, 1.0, 0.07)  # those of the catalogue tell nothing
    columns = [
        fits.Column("X", "D", array=x + 1),
        fits.Column("Y", "D", array=y + 1),
        fits.Column("MAG", "E", array=magnitude + off),
        fits.Column("FLAGS", "I", array=np.zeros(12)),
        fits.Column("SATURAT", "L", array=np.zeros(12, bool)),
    ]
    table = fits.BinTableHDU.from_columns(columns, name="SOURCES").data
    assert zero_point_offset_mag(stars, table) == pytest.approx(0.07, abs=1e-5)
    few = FieldStars(*(each[:6] for each in (x, y, magnitude, number < 2, x, y)))
    assert zero_point_offset_mag(few, table) is None
