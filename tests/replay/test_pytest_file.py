"""An exported test asks a log file what was asked of the night."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay.exporting import json_lines
from replay.minimal import comes_to_hold
from replay.night import Identity, ReplayedNight

IDENTITY = Identity("2023-12-12", 1, 2, "", "", "")


@pytest.fixture
def file(night: ReplayedNight, tmp_path: Path) -> Path:
    path = tmp_path / "night.jsonl"
    path.write_text("".join(json_lines(IDENTITY, night.events(until=200))))
    return path


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("event.position == 200", True),
        ("event.position == 201", False),
        ("event.time >= at('16:30')", True),
        ("event.time >= at('11:59')", False),
    ],
)
def test_a_condition_may_speak_of_times_of_the_night(file: Path, text: str, holds: bool) -> None:
    assert comes_to_hold(text, file) is holds


def test_nothing_holds_in_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    assert not comes_to_hold("event.position >= 1", tmp_path / "empty.jsonl")
