"""What the dashboard has done is done as the command line does it."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import pytest

from projections.overview import read_overview
from tests.projections.test_alarms import violated
from tests.tui.commands.test_alarm import record
from tests.tui.commands.test_queue import planned
from tomoe_es.control.alarm_answers import AlarmOver
from tomoe_es.events.monitor import AlarmMuted, ViolationAcknowledged
from tomoe_es.log import open_log
from tui.dashboard.commands import DataFolderCommands, Outcome
from tui.dashboard.source import DataFolderSource
from tui.data_folder import DataFolder
from tui.person import person


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """A night in which two things have failed."""
    folder = DataFolder(tmp_path / "data")
    folder.make()
    record(folder, planned(), violated(thing="mount"), violated(thing="focus"))
    return folder


def answers(folder: DataFolder) -> list[object]:
    with closing(open_log(folder.log_url)) as log:
        return [each.payload for each in log.read(types=("ViolationAcknowledged", "AlarmMuted"))]


def test_it_acknowledges_what_the_line_has_shown_and_not_what_came_after_it(data: DataFolder) -> None:
    [line] = read_overview(data.projections).alarms
    record(data, violated(thing="dome_slit"))
    DataFolderCommands(data.top).acknowledge(line, "seen on site")
    told = [each for each in answers(data) if isinstance(each, ViolationAcknowledged)]
    assert [(each.detected, each.thing) for each in told] == [(2, "mount"), (3, "focus")]
    assert {(each.name, each.who, each.why) for each in told} == {("DeviceFault", person(), "seen on site")}
    with pytest.raises(AlarmOver, match="acknowledged already by"):
        DataFolderCommands(data.top).acknowledge(line, "me too")


def test_it_mutes(data: DataFolder) -> None:
    DataFolderCommands(data.top).mute("DeviceFault", "30m", "known")
    [muted] = answers(data)
    assert isinstance(muted, AlarmMuted)
    assert (muted.name, muted.who, muted.why) == ("DeviceFault", person(), "known")


def test_what_led_to_an_alarm_comes_from_the_log(data: DataFolder) -> None:
    chain = DataFolderSource(data.top).chain(2)
    assert [link.recorded.position for link in chain] == [1, 2]


def test_an_emergency_is_a_process_of_its_own_whose_outcome_is_told(
    data: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomoe = tmp_path / "bin" / "tomoe"
    tomoe.parent.mkdir()
    tomoe.write_text('#!/bin/sh\necho "$@"\necho trouble >&2\nexit 3\n')
    tomoe.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tomoe.with_name("python")))
    assert DataFolderCommands(data.top).emergency() == Outcome(
        3, f"emergency --data {data.top} --why EMERGENCY key of the dashboard\ntrouble\n"
    )
