"""`tomoe truth` of a night that has no truth files, as a real one."""

from __future__ import annotations

import pytest

from replay.errors import TruthMissing
from tui.commands.truth import truth
from tui.data_folder import DataFolder
from tui.truth_of_night import line_of_last_night


def test_without_truth_files_it_says_so(data: DataFolder) -> None:
    with pytest.raises(TruthMissing, match="name such a night, and its --data"):
        truth(data=data.top)


def test_the_summary_of_such_a_night_is_silent_about_it(data: DataFolder) -> None:
    assert line_of_last_night(data) == ""


def test_what_can_t_be_read_does_not_end_the_night(data: DataFolder) -> None:
    (data.truth / "2023-12-12").mkdir(parents=True)
    line = line_of_last_night(data)
    assert line.startswith("truth: ")
    assert "agrees" not in line
