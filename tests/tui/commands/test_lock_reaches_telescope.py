"""`tomoe lock` tells the telescope itself: a night that hangs is not needed for it to hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from adapters.telescope_line import messages
from adapters.telescope_line.address import Address, write_address
from adapters.telescope_line.line import SocketLine
from tests.adapters.telescope_line.test_line import Hosted
from tests.tomoe_es.log.test_full_disk import files_up_to
from tests.tui.commands.test_queue import NIGHT, folder, planned
from tests.tui.commands.test_silent_night import WARNING, hangs
from tests.tui.test_safety_word import NOT_EVEN_READ
from tomoe_es.control.hardware import Hardware
from tui.commands import lock
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
