"""Which nights can be compared, and zero points against stars of known magnitude."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits

from adapters.simulator.sky.field import FieldStars
from adapters.simulator.sky.true_chip import TruthUnreadable
from replay.errors import TruthMissing
from replay.truth.comparison import compare_night, truth_path
from replay.truth.magnitudes import zero_point_offset_mag
from tests.replay.truth.right_night import CLEAR, CLOUDED, NIGHT, Told


def test_a_real_night_has_no_truth_files(told: Told) -> None:
    with pytest.raises(TruthMissing, match="of a real one nobody knows the truth"):
        compare_night(told.night, NIGHT, told.truth, told.top / "archive")


def test_a_chip_without_a_truth_file_is_not_taken_for_right(told: Told) -> None:
    told.compared()
    truth_path(told.truth, told.chips[CLOUDED]).unlink()
    found = compare_night(told.night, NIGHT, told.truth, told.top / "archive")
    [line] = found.disagreements
    assert line.det_id == CLOUDED
    assert "not compared" in line.said
    assert found.chips == 2


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


def test_an_archived_stack_that_can_t_be_read_is_noticed(told: Told) -> None:
    told.chips[CLEAR].archived["STACK"] = "s.fits"
    [gone] = told.compared().disagreements
    assert "its archived stack can't be read: FileNotFoundError" in gone.said
    (told.top / "archive" / "s.fits").write_bytes(b"no FITS")
    [damaged] = told.compared().disagreements
    assert "its archived stack can't be read" in damaged.said


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
