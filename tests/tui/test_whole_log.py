"""A log that an import or a what-if makes is there when it is whole, and one process alone makes it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.projections.memory_log import MemoryLog
from tests.projections.night_story import record, whole_night
from tests.tomoe_es.control.observatory import copy_log
from tomoe_es.events import AnyEvent
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import WhatIfBegun
from tomoe_es.log import EventLog, open_log
from tui.commands import normal
from tui.commands.replay import diff, show
from tui.commands.replay.export import export, import_
from tui.data_folder import DataFolder, LogBrokenOff
from tui.whole_log import LogBeingMade, whole_log

EVENT: AnyEvent = WhatIfBegun(of_night="2023-12-12", of_log="sha256:00", changes=[])


def append_one(log: EventLog) -> None:
    log.append(EVENT.stream(), [Draft(EVENT, 1, actor="replay whatif")])


def head(data: DataFolder) -> int:
    with closing(open_log(data.log_url)) as log:
        return log.head()


def killed_half_way(top: Path) -> None:
    with whole_log(DataFolder(top)) as log:
        append_one(log)
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    story = MemoryLog()
    record(story, whole_night())
    folder = DataFolder(tmp_path / "true")
    copy_log(story.events, folder.log)
    export(out=tmp_path / "night.jsonl", data=folder.top)
    return tmp_path / "night.jsonl"


@pytest.fixture
def broken_off(tmp_path: Path) -> Path:
    process = get_context("spawn").Process(target=killed_half_way, args=(tmp_path / "into",))
    process.start()
    process.join()
    return tmp_path / "into"


def test_the_second_of_two_at_once_is_refused_and_the_first_is_whole(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "into")
    with whole_log(data) as log:
        append_one(log)
        with pytest.raises(LogBeingMade, match="just now"), whole_log(data):
            pytest.fail("it must not write")
        append_one(log)
    assert [each.name for each in data.top.iterdir()] == ["log"]
    assert head(data) == 2


def test_an_import_while_another_log_is_made_there_is_refused(exported: Path, tmp_path: Path) -> None:
    with whole_log(DataFolder(tmp_path / "into")) as log:
        append_one(log)
        with pytest.raises(LogBeingMade):
            import_(exported, data=tmp_path / "into")


def test_a_log_that_came_meanwhile_is_left_alone(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "into")

    def made_beside() -> None:
        with whole_log(data) as log:
            append_one(log)
            append_one(log)
            with closing(open_log(data.log_url)) as night:
                append_one(night)

    with pytest.raises(LogBeingMade, match="meanwhile"):
        made_beside()
    with pytest.raises(LogBeingMade, match="meanwhile"), whole_log(data):
        pytest.fail("it must not write")
    assert head(data) == 1


@pytest.mark.parametrize(
    "command",
    [
        lambda data: show.show("end", data=data),
        lambda data: normal.check(data=data),
        lambda data: diff.diff(data=data.parent / "true", other_data=data),
    ],
)
def test_what_was_broken_off_is_named_so(
    command: Callable[[Path], int], exported: Path, broken_off: Path
) -> None:
    with pytest.raises(LogBrokenOff, match="unfinished"):
        command(broken_off)


def test_what_was_broken_off_is_made_anew(exported: Path, broken_off: Path) -> None:
    assert import_(exported, data=broken_off) == 0
    assert [each.name for each in broken_off.iterdir()] == ["log"]
    assert show.show("end", data=broken_off) == 0
