"""`tomoe lock` tells the telescope itself: a night that hangs is not needed for it to hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from adapters.telescope_line import messages
from adapters.telescope_line.address import Address, write_address
from adapters.telescope_line.line import SocketLine
from adapters.telescope_line.lock_word import tell_lock
from adapters.telescope_line.messages import Lock
from adapters.untold import tell
from tests.adapters.telescope_line.test_line import Hosted
from tests.tomoe_es.log.test_full_disk import files_up_to
from tests.tui.commands.test_queue import NIGHT, folder, planned
from tests.tui.commands.test_silent_night import WARNING, hangs
from tests.tui.test_safety_word import NOT_EVEN_READ
from tomoe_es.control.hands import LockInOtherHands, LockNotSet
from tomoe_es.control.hardware import Hardware
from tomoe_es.log import open_log
from tui.commands import lock
from tui.commands.lock import LockNotRecordedYet
from tui.data_folder import DataFolder
from tui.safety_word import WordNotRecorded

__all__ = ["folder"]  # the fixture of a data folder with a night


@pytest.fixture
def hosted(folder: DataFolder) -> Iterator[Hosted]:
    """The telescope's process, in whose night the telescope is not locked."""
    made = Hosted(folder.run)
    with closing(SocketLine(folder.run, "night", driver=True)) as line:
        begun = planned().start_up_us
        line.ask(messages.Begin(NIGHT, 1, "clear", 1.0, begun, Hardware(locked=False)))
    yield made
    made.stop()


def why(folder: DataFolder) -> str:
    """Why the telescope's process has it locked; empty when it has not."""
    with closing(SocketLine(folder.run, "test")) as line:
        return line.ask(messages.Poll()).locked_why


def test_the_telescope_knows_of_a_lock_and_its_release_though_the_night_hangs(
    folder: DataFolder, hosted: Hosted, capsys: pytest.CaptureFixture[str]
) -> None:
    hangs(folder)

    assert lock.set_lock(why="mirror wash", data=folder.top) == 0

    assert capsys.readouterr().err == WARNING
    assert why(folder) == "mirror wash"
    assert lock.release(why="done", data=folder.top) == 0
    assert why(folder) == ""


def test_it_knows_of_a_lock_that_only_waits_for_the_log(folder: DataFolder, hosted: Hosted) -> None:
    with files_up_to(NOT_EVEN_READ), pytest.raises(WordNotRecorded):
        lock.set_lock(why="smoke", data=folder.top)
    assert why(folder) == "smoke"


def test_a_telescope_that_can_t_be_told_is_said(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    write_address(folder.run, Address(port=1, pid=17, token="none"))
    assert lock.set_lock(why="mirror wash", data=folder.top) == 0
    assert "the telescope could not be told, so only the night can: " in capsys.readouterr().err


def test_what_only_the_telescope_holds_can_be_released(
    folder: DataFolder, hosted: Hosted, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    release(folder)
    tell_lock(folder.run, Lock(True, "alice", "mirror wash"))  # and then its process was killed
    monkeypatch.setenv("LOGNAME", "bob")
    with pytest.raises(LockInOtherHands, match="alice locked the telescope"):
        lock.release(why="done", data=folder.top)
    assert why(folder) == "mirror wash"

    assert lock.release(why="done", take_over=True, data=folder.top) == 0

    assert why(folder) == ""
    assert "only the telescope held it, by alice: mirror wash" in capsys.readouterr().out
    with pytest.raises(LockNotSet):
        lock.release(why="done", data=folder.top)


def test_a_lock_that_waits_for_the_log_is_not_released_before(folder: DataFolder, hosted: Hosted) -> None:
    release(folder)
    with files_up_to(NOT_EVEN_READ), pytest.raises(WordNotRecorded):
        lock.set_lock(why="smoke", data=folder.top)
    with pytest.raises(LockNotRecordedYet, match="smoke"):
        lock.release(why="done", data=folder.top)
    with closing(open_log(folder.log_url)) as log:
        tell(folder.run, log)
    assert lock.release(why="done", data=folder.top) == 0
    assert why(folder) == ""


def release(folder: DataFolder) -> None:
    """What the day ends with."""
    lock.release(why="the night begins", take_over=True, data=folder.top)
