"""In an imported part of a night, what a payload names is where it is now, or said to be not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay.errors import BeginningMissing
from replay.payload_positions import in_part
from tests.projections.memory_log import MemoryLog
from tests.projections.night_story import record, whole_night
from tests.tomoe_es.control.observatory import copy_log
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationCleared, ViolationDetected
from tui.commands import alarm, normal
from tui.commands.replay.causes import why
from tui.commands.replay.export import export, import_
from tui.data_folder import DataFolder

DETECTED = ViolationDetected(
    name="TwoExecutors",
    thing="executor",
    severity="serious",
    message="two",
    evidence=[12, 10],
    chain=[12, 11, 3],
    needs_acknowledgement=True,
)


def test_what_is_in_the_part_is_numbered_anew_and_what_is_not_keeps_its_number_with_a_minus() -> None:
    there = in_part(DETECTED, 10)
    assert isinstance(there, ViolationDetected)
    assert (there.evidence, there.chain) == ([2, -10], [2, 1, -3])
    ended = ViolationCleared(name="TwoExecutors", thing="executor", detected=13, message="one")
    assert in_part(ended, 10) == ViolationCleared(
        name="TwoExecutors", thing="executor", detected=3, message="one"
    )
    assert in_part(DETECTED, 0) is DETECTED


@pytest.fixture
def story() -> list[Recorded]:
    log = MemoryLog()
    record(log, whole_night())
    return log.events


def imported_from(events: list[Recorded], start: int, tmp_path: Path) -> Path:
    copy_log(events, DataFolder(tmp_path / "whole").log)
    export(start=str(start), out=tmp_path / "part.jsonl", data=tmp_path / "whole")
    import_(tmp_path / "part.jsonl", data=tmp_path / "part")
    return tmp_path / "part"


def test_why_and_alarm_tell_what_is_not_in_the_part(
    story: list[Recorded], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = next(
        each for each in story if isinstance(each.payload, ViolationDetected) and each.payload.evidence
    )
    assert isinstance(found.payload, ViolationDetected)
    part = imported_from(story, found.position, tmp_path)
    capsys.readouterr()
    missing = f"event {found.payload.evidence[0]} of the night it was taken from is not in this part"

    assert why("1", data=part) == 0
    assert f"evidence: {missing}" in capsys.readouterr().out
    assert alarm.show(1, data=part) == 0
    assert f"evidence  {missing}" in capsys.readouterr().out


def test_a_part_is_not_judged_again_by_normal_check_either(events: list[Recorded], tmp_path: Path) -> None:
    part = imported_from(events, 101, tmp_path)
    with pytest.raises(BeginningMissing, match="the beginning of the night is missing"):
        normal.check(data=part)
