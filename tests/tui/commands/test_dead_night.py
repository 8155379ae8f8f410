"""When the night's process is dead, status and dashboard say so, and what others did since."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from adapters.sign_of_life import SUFFIX
from adapters.untold import Untold, keep_untold
from projections.overview_model import Overview
from projections.projector import Projector
from tests.projections.night_story import START
from tests.tomoe_es.log.test_full_disk import files_up_to
from tests.tui.commands.test_silent_night import hangs, is_dead, lives, sign
from tests.tui.mount_states import PARKED
from tomoe_es.clock import HOUR, SECOND
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft
from tomoe_es.events.safety import MakingSafeBegun, MakingSafeOverdue, TelescopeMadeSafe
from tomoe_es.events.system import NightPhaseEntered
from tomoe_es.events.telescope import DomeSlitRead
from tomoe_es.log import open_log
from tomoe_es.safety.silence import Sign
from tui.commands import lock
from tui.commands.status import status
from tui.dashboard.source import DataFolderSource
from tui.data_folder import NIGHT_PID, DataFolder

BEGUN = MakingSafeBegun(by="guardian", who="guardian", reasons=["silence"], begun_us=START)
MADE = TelescopeMadeSafe(by="guardian", seconds=45.0, attempts=1)


FULL = 20_000
"""Bytes: too few for the log to be opened."""


def append(data: DataFolder, events: Sequence[Event]) -> None:
    """As the guardian does, when nobody projects any more."""
    with closing(open_log(data.log_url)) as log:
        for number, event in enumerate(events):
            log.append(event.stream(), [Draft(event, START + 20 * HOUR + number * SECOND, actor="guardian")])


def told(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> Overview:
    capsys.readouterr()
    assert status(data=data.top, json=True) == 0
    return msgspec.json.decode(capsys.readouterr().out, type=Overview)


def test_a_killed_night_is_told_with_the_telescope_as_the_guardian_saw_it(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    is_dead(data)
    append(data, [BEGUN, DomeSlitRead(state="closed"), PARKED, MADE])

    assert status(data=data.top) == 0

    text = capsys.readouterr().out
    assert "  DEAD         its process " in text
    assert " is gone, last heard " in text
    assert "  telescope    made safe by the guardian: the sensors say so\n" in text
    assert f"  go on        tomoe night --resume --data {data.top}\n" in text
    overview = told(data, capsys)
    hardware = {row.device: row.state for row in overview.hardware}
    assert (hardware["dome_slit"], hardware["mount"]) == ("closed", "parked")


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([], "NOBODY HAS MADE IT SAFE, and no guardian lives: use tomoe emergency"),
        ([BEGUN], "the guardian makes it safe: silence"),
        (
            [BEGUN, MakingSafeOverdue(by="guardian", not_safe=["dome_slit: open"], attempts=9)],
            "NOT SAFE, says the guardian: dome_slit: open",
        ),
    ],
)
def test_what_has_become_of_the_telescope(
    data: DataFolder, capsys: pytest.CaptureFixture[str], events: list[Event], said: str
) -> None:
    is_dead(data)
    append(data, events)
    dead = told(data, capsys).dead
    assert dead is not None
    assert dead.telescope == said


def test_an_old_emergency_is_no_safety_of_a_dome_that_was_opened_since(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    is_dead(data)
    append(data, [BEGUN, DomeSlitRead(state="closed"), PARKED, MADE, DomeSlitRead(state="open")])
    dead = told(data, capsys).dead
    assert dead is not None
    assert dead.telescope == (
        "NOBODY HAS MADE IT SAFE, and no guardian lives: use tomoe emergency (dome_slit open)"
    )


def test_by_day_the_lock_is_told_as_the_log_has_it(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    append(data, [NightPhaseEntered(night="2023-12-12", phase="ended", reason="closed, parked and locked")])
    told(data, capsys)
    assert lock.set_lock(why="people in the dome", data=data.top) == 0
    shown = told(data, capsys).lock
    assert (shown.locked, shown.why) == (True, "people in the dome")


def test_what_a_full_disk_keeps_from_the_log_is_told(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    is_dead(data)
    keep_untold(data.run, [Untold(each, START + 20 * HOUR, "guardian", str(each)) for each in (BEGUN, MADE)])
    with files_up_to(FULL):
        dead = told(data, capsys).dead
    assert dead is not None
    assert dead.telescope == (
        "made safe by the guardian: the sensors say so; what was done waits in run/untold/ for the log"
    )


def test_a_guardian_that_lives_is_trusted_for_its_seconds(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    is_dead(data)
    said = Sign(pid=os.getpid(), wall_us=2**60, night_us=0, position=0)
    (data.run / f"guardian{SUFFIX}").write_bytes(msgspec.json.encode(said))
    dead = told(data, capsys).dead
    assert dead is not None
    assert dead.telescope.startswith("not made safe yet")


def test_what_the_log_was_not_told_yet_is_told(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    is_dead(data)
    keep_untold(data.run, [Untold(BEGUN, START + 20 * HOUR, "guardian", "1")])
    dead = told(data, capsys).dead
    assert dead is not None
    assert dead.telescope == "the guardian makes it safe: silence"


def test_what_the_log_does_not_take_is_said_to_wait(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    is_dead(data)
    keep_untold(data.run, [Untold(BEGUN, START, "guardian", "1")])
    [segment] = data.log.glob("*.sqlite")
    segment.rename(segment.with_suffix(".away"))
    segment.write_bytes(b"no database")
    dead = told(data, capsys).dead
    assert dead is not None
    assert dead.telescope.endswith("what was done waits in run/untold/ for the log")


def test_a_hung_night_is_there_and_does_not_answer(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    hangs(data)
    assert status(data=data.top) == 0
    assert "is there, and gives no sign of life" in capsys.readouterr().out


def test_a_night_that_lives_or_has_ended_or_is_being_resumed_is_not_dead(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    lives(data)
    assert told(data, capsys).dead is None
    is_dead(data)
    (data.top / NIGHT_PID).write_text(str(os.getpid()))
    assert told(data, capsys).dead is None, "its next process has not given a sign yet"
    (data.top / NIGHT_PID).unlink()
    append(data, [NightPhaseEntered(night="2023-12-12", phase="ended", reason="closed, parked and locked")])
    with closing(open_log(data.log_url)) as log, Projector(log, data.projections) as projector:
        projector.catch_up()
    assert told(data, capsys).dead is None


def test_while_another_projects_the_rest_is_told_all_the_same(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    is_dead(data)
    append(data, [BEGUN, MADE])
    with closing(open_log(data.log_url)) as log, Projector(log, data.projections):
        dead = told(data, capsys).dead
    assert dead is not None
    assert dead.telescope.startswith("made safe by the guardian")


def test_the_dashboard_notices_a_death_and_what_was_done_after_it(data: DataFolder, tmp_path: Path) -> None:
    lives(data)
    source = DataFolderSource(data.top)
    before = source.written_us()
    assert source.read().dead is None
    sign(data, os.getpid(), 3600.0)

    died = source.written_us()

    assert died > before
    assert source.read().dead is not None
    append(data, [BEGUN])
    assert source.written_us() >= died
    dead = source.read().dead
    assert dead is not None
    assert dead.telescope == "the guardian makes it safe: silence"
