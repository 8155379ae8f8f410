"""`tomoe truth` of a night that has no truth files, as a real one, or none that can be read."""

from __future__ import annotations

import pytest

from replay.errors import TruthMissing
from tests.projections.night_story import NIGHT, frame_id_of
from tui.commands.truth import truth
from tui.data_folder import DataFolder
from tui.truth_of_night import truth_of_night


def test_without_truth_files_it_says_so(data: DataFolder) -> None:
    with pytest.raises(TruthMissing, match="name such a night, and its --data"):
        truth(data=data.top)


def test_the_summary_of_such_a_night_is_silent_about_it(data: DataFolder) -> None:
    assert truth_of_night(data, NIGHT) == ""


def test_what_can_t_be_read_does_not_end_the_night(data: DataFolder) -> None:
    damaged = data.truth / NIGHT / "00000001" / f"r{frame_id_of(1, 101)}.fits"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"no FITS")
    assert truth_of_night(data, NIGHT).startswith("truth: not compared, TruthUnreadable: ")


def test_chips_without_a_truth_file_are_no_agreement(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    (data.truth / NIGHT).mkdir(parents=True)
    assert truth(data=data.top) == 1
    assert "disagrees: truth, exposure 1 chip 101: not compared" in capsys.readouterr().out
