"""The projector process: it may die, and the night must be able to go on and to end all the same."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from pathlib import Path

import pytest

from projections.overview import read_overview
from tests.tui.commands.test_queue import NIGHT, planned
from tomoe_es.events.envelope import Draft
from tomoe_es.log import open_log
from tui.data_folder import DataFolder
from tui.night import projecting
from tui.night.projecting import ProjectorProcess


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path)
    folder.make()
    plan = planned()
    with closing(open_log(folder.log_url)) as log:
        log.append(plan.stream(), [Draft(plan, plan.start_up_us)])
    return folder


def kill(process: ProjectorProcess) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def test_closing_takes_in_the_whole_log(data: DataFolder) -> None:
    ProjectorProcess(data).close()
    assert read_overview(data.projections).night.night == NIGHT


def test_killed_it_is_revived_and_can_still_be_closed(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projecting, "REVIVE_AFTER_SECONDS", 0.0)
    process = ProjectorProcess(data)
    first = process.pid
    kill(process)
    assert process.revive() == "it died with exit code -9"
    assert process.pid != first
    process.close()
    assert read_overview(data.projections).night.night == NIGHT


def test_killed_and_not_revived_its_work_is_done_at_the_end(data: DataFolder) -> None:
    process = ProjectorProcess(data)
    kill(process)
    assert process.revive() is None, "not before a while has passed"
    process.close()
    assert read_overview(data.projections).night.night == NIGHT


def test_a_damaged_projection_is_built_again(data: DataFolder) -> None:
    (data.projections / "pool.sqlite").write_bytes(b"garbage" * 1000)
    ProjectorProcess(data).close()
    assert read_overview(data.projections).night.night == NIGHT
