"""An error that nobody foresaw: the log says why the night ends, and that the telescope was closed."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
import pytest

from adapters.code_identity import code_identity
from adapters.log_reserve import LogWithReserve
from tomoe_es.clock import HOUR
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log import open_log
from tomoe_es.log.port import EventLog
from tui.data_folder import DataFolder
from tui.night.run import NightBrokenOff, _Night, run_night

from .conftest import SHORT_NIGHT, finish_night


def _mistake() -> None:
    [].pop()


@contextmanager
def broken_off(folder: Path) -> Iterator[EventLog]:
    """The log of a short night that an unforeseen error has ended."""
    data = DataFolder(folder)
    data.make()
    short = msgspec.structs.replace(SHORT_NIGHT, exposures=1, observing_hours=1.0, chips=1, script="clear")
    with ExitStack() as stack:
        log = LogWithReserve(open_log(data.log_url), data.log)
        stack.callback(log.close)
        night = _Night(short, data, log, code_identity(), None, stack)
        night._loop.post(_mistake)
        with pytest.raises(IndexError):
            night.run()
        yield log


@pytest.mark.slow
def test_an_unforeseen_error_is_in_the_log_and_the_night_can_be_resumed(tmp_path: Path) -> None:
    with broken_off(tmp_path) as log:
        *_, stopped, cover, slit = [
            each.payload
            for each in log.read(types=("ProcessStopped", "MirrorCoverCommanded", "DomeSlitCommanded"))
        ]
        [raised] = [each.payload for each in log.read(types=("ErrorRaised",))]
        [alarm] = [each.payload for each in log.read(types=("ViolationDetected",))]
    assert (raised.condition, raised.understood) == ("IndexError", False)  # type: ignore[attr-defined]
    assert raised.where.startswith("tui/night/test_breaking_off.py:")  # type: ignore[attr-defined]
    assert raised.where.endswith(" in _mistake")  # type: ignore[attr-defined]
    assert (alarm.name, alarm.severity) == ("UnfamiliarError", "critical")  # type: ignore[attr-defined]
    assert alarm.needs_acknowledgement  # type: ignore[attr-defined]
    reason = "IndexError: pop from empty list"
    assert (stopped.reason, cover.reason, slit.reason) == (reason,) * 3  # type: ignore[attr-defined]
    assert (cover.action, slit.action) == ("close", "close")  # type: ignore[attr-defined]
    resumed = finish_night(tmp_path, msgspec.structs.replace(SHORT_NIGHT, resume=True))
    assert resumed.of_type("NightPhaseEntered")[-1].payload.phase == "ended"


def test_a_night_goes_on_at_its_own_time_whatever_clock_the_last_event_has(tmp_path: Path) -> None:
    # given a night that broke off, and a recipe handed in by a machine whose clock is hours ahead
    with broken_off(tmp_path) as log:
        latest = max(each.time for each in log.read())
        log.append("message", [Draft(MessagePosted(recipe_id="", text="a word"), latest + 3 * HOUR)])
    # when
    resumed = finish_night(tmp_path, msgspec.structs.replace(SHORT_NIGHT, resume=True))
    # then
    [taken_up] = resumed.of_type("NightResumed")
    assert latest <= taken_up.payload.last_time_us < latest + HOUR
    assert taken_up.time < latest + HOUR
    assert "ClocksDisagree" in {each.payload.name for each in resumed.of_type("ViolationDetected")}


def test_a_log_that_can_t_be_written_ends_the_night_with_what_to_do(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.make()
    first = "00001-2023-12-12-000000000001.sqlite"
    (data.log / f".{first}.{os.getpid()}.{threading.get_ident()}").mkdir()  # in the way of the first file
    with pytest.raises(NightBrokenOff, match=f"tomoe night --resume --data {tmp_path}"):
        run_night(SHORT_NIGHT, data)
