"""`tomoe truth` of a night that has no truth files, as a real one, or none that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from astropy.io import fits

from adapters.simulator.sky.truth import write_truth
from replay.errors import TruthMissing
from tests.projections.night_story import NIGHT, frame_id_of
from tests.replay.truth.right_night import truth_of
from tui.commands.truth import truth
from tui.data_folder import DataFolder
from tui.truth_of_night import say_truth_of_night

OF_THE_SKY = 3
"""The night's first exposure that is neither dark nor flat."""


def truth_file(data: DataFolder) -> Path:
    """Where that of a chip is to be."""
    path = data.truth / NIGHT / f"{OF_THE_SKY:08d}" / f"r{frame_id_of(OF_THE_SKY, 101)}.fits"
    path.parent.mkdir(parents=True)
    return path


def said_at_the_end(data: DataFolder) -> list[str]:
    """What the night says of its truth."""
    said: list[str] = []
    say_truth_of_night(data, NIGHT, said.append)
    return said


def test_without_truth_files_it_says_so(data: DataFolder) -> None:
    with pytest.raises(TruthMissing, match="name such a night, and its --data"):
        truth(data=data.top)


def test_the_end_of_such_a_night_is_silent_about_it(data: DataFolder) -> None:
    assert said_at_the_end(data) == []


def test_what_can_t_be_read_does_not_end_the_night(data: DataFolder) -> None:
    truth_file(data).write_bytes(b"no FITS")
    runs, verdict = said_at_the_end(data)
    assert "is compared with its truth files" in runs
    assert verdict.startswith("truth: not compared, TruthUnreadable: ")
    assert verdict.count("\n") == 1


def test_nor_does_what_nobody_thought_of(data: DataFolder) -> None:
    path = truth_file(data)
    write_truth(path, truth_of(101, exposure_number=OF_THE_SKY))
    fits.setval(path, "FWHM", value="wide")
    _, verdict = said_at_the_end(data)
    assert verdict.startswith("truth: not compared, TypeError: ")
    assert verdict.count("\n") == 1


def test_broken_off_the_night_has_ended_well(data: DataFolder) -> None:
    truth_file(data)
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        if len(said) == 1:
            raise KeyboardInterrupt

    say_truth_of_night(data, NIGHT, say)
    assert said[1] == "truth: not compared: broken off (tomoe truth)\n"


def test_a_folder_without_truth_files_is_no_truth(data: DataFolder) -> None:
    (data.truth / NIGHT).mkdir(parents=True)
    with pytest.raises(TruthMissing):
        truth(data=data.top)


def test_chips_without_a_truth_file_are_one_line_and_no_agreement(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    write_truth(truth_file(data), truth_of(101, exposure_number=OF_THE_SKY))
    assert truth(data=data.top) == 1
    told = capsys.readouterr().out
    assert "12 chips taken, 1 compared with their truth files, 11 not compared" in told
    assert "disagrees: truth: 11 chips' truth files are missing, such as that of exposure 1 chip 101" in told


def test_of_a_night_that_has_not_ended_that_is_said_first(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    write_truth(truth_file(data), truth_of(101, exposure_number=OF_THE_SKY))
    truth(data=data.top)
    told = capsys.readouterr().out
    said = "the night has not ended: so far (tomoe night --resume goes on with it)"
    assert told.index(said) < told.index("12 chips taken")
    assert said_at_the_end(data)[1].startswith("truth: the night has not ended, so far ")
